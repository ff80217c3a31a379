# The same computation for longer, so that starting and ending do not count: for measurements.
    .set ROUNDS, 300
    .include "compute.s"
