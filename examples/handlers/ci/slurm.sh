#!/bin/sh
# Checks a plug-in as a Slurm array job: `sbatch --array=1-8 slurm.sh PLUGIN.so [OPTION OF popek check...]`, from a folder that all nodes see.
# Afterwards `popek merge part-*.json -o handlers.json` is the report of the whole.
#SBATCH --job-name=popek-check
#SBATCH --output=part-%a.log
#SBATCH --cpus-per-task=1
set -u
"${POPEK:-popek}" check "$@" --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" --format json -o "part-$SLURM_ARRAY_TASK_ID.json"
code=$?
[ "$code" -le 1 ] # findings are no failure of the job
