# shellcheck shell=bash
# Runs named steps one after the other, times each and counts how they ended.

passed=0
failed=0
keep_going=no

say() { printf '%s\n' "tests/run: $*"; }

refuse() {
    printf '%s\n' "tests/run: $*" >&2
    exit 2
}

# run_step NAME: calls the function step_NAME in a shell of its own, so that `set -e` holds inside it.
run_step() {
    local name=$1 began=$SECONDS status=0
    say "$name begins"
    set +e
    (
        set -e
        "step_$name"
    )
    status=$?
    set -e
    if [[ $status -eq 0 ]]; then
        passed=$((passed + 1))
        say "$name passed in $((SECONDS - began)) s"
        return
    fi
    failed=$((failed + 1))
    say "$name FAILED in $((SECONDS - began)) s (exit code $status)"
    [[ $keep_going == yes ]] || finish
}

# The last line is the plain one that a machine can count; it covers the steps, not the tests inside them.
finish() {
    say "the steps took $SECONDS s"
    printf '%d passed, %d failed\n' "$passed" "$failed"
    [[ $failed -eq 0 ]] || exit 1
    exit 0
}
