# Which release of Debian brings which PostgreSQL; to be sourced.
# shellcheck shell=bash disable=SC2034

POSTGRES_VERSIONS=(15 17 18)
release_with() { # major version of PostgreSQL
	case $1 in
	15) echo bookworm ;;
	17) echo trixie ;;
	18) echo forky ;;
	*) return 1 ;;
	esac
}

# The release that this is, or that a tree holds.
release_of() { # root directory
	sed -n 's/^VERSION_CODENAME=//p' "$1/etc/os-release" 2>/dev/null
}
