# Checks of packages. Sourced by packaging/test, not run.
# shellcheck shell=bash
#
#     check WHAT COMMAND...      the command succeeds
#     refuse WHAT COMMAND...     the command fails
#     same WHAT WANTED GOT       two texts are the same
#     with TOOL VERSION...       what a check was made with, for the record
#     not_run WHAT WHY           what cannot be checked here
#     say_checks                 how many held, at the end
#
# The first that does not hold ends everything, with what the command said. A test that has run no
# check fails too.

checks_that_held=0

check() {
    local what=$1 said status=0
    shift
    said=$("$@" 2>&1) || status=$?
    if ((status != 0)); then
        _does_not_hold "$what" "$* (exit status $status):" "$said"
    fi
    _holds "$what"
}

refuse() {
    local what=$1 said
    shift
    if said=$("$@" 2>&1); then
        _does_not_hold "$what" "$* succeeded:" "$said"
    fi
    _holds "$what"
}

same() {
    if [[ $2 != "$3" ]]; then
        _does_not_hold "$1" "wanted, and got:" "$(diff <(printf '%s\n' "$2") <(printf '%s\n' "$3") | head -n 40)"
    fi
    _holds "$1"
}

with() {
    echo "    with $*"
}

not_run() {
    echo "    not run: $1: $2"
}

say_checks() {
    ((checks_that_held)) || fail "no check was made"
    echo
    echo "$checks_that_held checks held"
}

_holds() {
    checks_that_held=$((checks_that_held + 1))
    echo "    ok  $1"
}

_does_not_hold() {
    echo "FAILED  $1" >&2
    echo "        $2" >&2
    echo "        ${3//$'\n'/$'\n'        }" >&2
    exit 1
}
