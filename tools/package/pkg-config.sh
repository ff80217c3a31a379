#!/bin/sh
# Writes popek.pc. Of the libraries, the shared object's own are those that a program linked with the archive needs as well.
# usage: pkg-config.sh PREFIX LIBDIR VERSION SHARED -lLIBRARY...
set -eu
prefix=$1
libdir=$2
version=$3
shared=$4
shift 4
private=
needed=$(objdump -p "$shared" | awk '$1 == "NEEDED" { print $2 }')
for library; do
    case "$needed" in
    *"lib${library#-l}."*) private="$private $library" ;;
    esac
done
cat <<END
prefix=$prefix
libdir=$libdir
includedir=\${prefix}/include
tables=\${prefix}/share/popek/x86-tables
examples=\${prefix}/share/popek/examples

Name: popek
Description: Decides whether an instruction set can be virtualized (Popek and Goldberg 1974)
Version: $version
Cflags: -I\${includedir}
Libs: -L\${libdir} -lpopek
Libs.private:$private -lpthread
END
