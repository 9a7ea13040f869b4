# What the program has to do wherever it is installed. Sourced by the tests of packages, not run.
# shellcheck shell=bash
#
#     make_sample FOLDER                a tree to checksum, with names that people really have
#     sample_list FOLDER                what sha256sum says of it
#     exercise NAME LIST COMMAND...     the command line: its version, the list of the sample by
#                                       processes, threads and inline. COMMAND runs the program in the sample
#     check_picture NAME FILE W H       a picture of the window, of that size, with something on it

make_sample() {
    local folder=$1 number
    rm -rf -- "$folder"
    mkdir -p -- "$folder/photos/2024 summer" "$folder/empty" "$folder/größe"
    : >"$folder/empty/nothing"
    for number in {1..300}; do
        printf 'file %d\n' "$number" >"$folder/photos/2024 summer/$number.jpg"
    done
    printf 'name\n' >"$folder/größe/Ärger & Co (1).txt"
    # More than a worker is given at once, so that each of several has something to do.
    for number in 1 2 3; do
        # Not piped: yes is ended by a signal, which pipefail would call an error.
        head -c 30000000 < <(yes "large $number") >"$folder/large-$number"
    done
}

# Sorted as the program sorts: by path, byte by byte.
sample_list() {
    (cd "$1" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum)
}

exercise() {
    local name=$1 wanted=$2 way
    shift 2
    same "$name: says its version" "thawsum $VERSION" "$("$@" --version)"
    for way in processes threads inline; do
        same "$name: a list made by $way is sha256sum's" "$wanted" \
            "$("$@" hash --progress never --run-on "$way" --workers 3 .)"
    done
}

check_picture() {
    check "$1: the window's picture is $3 x $4, and not of one colour" \
        python3 "$ROOT/packaging/lib/picture.py" "$2" "$3" "$4"
}
