# Let the programs of another release, mounted at /beside, run in this one, with the
# libraries that only the other release has. To be sourced.
# shellcheck shell=bash

export LD_LIBRARY_PATH=/tmp/beside
mkdir -p "$LD_LIBRARY_PATH"
missing_libraries() {
	ldd /beside/usr/lib/postgresql/"$BESIDE"/{bin/*,lib/*.so} 2>/dev/null | awk '/not found/ { print $1 }' | sort -u
}
# a library may need others in turn
while [ -n "$(missing_libraries)" ]; do
	for library in $(missing_libraries); do
		ln -s "$(find /beside/usr/lib/*-linux-gnu* -maxdepth 1 -name "$library" | head -n 1)" "$LD_LIBRARY_PATH/" || exit 1
	done
done
export BESIDE_BINDIR=/beside/usr/lib/postgresql/$BESIDE/bin
