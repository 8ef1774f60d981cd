#!/bin/sh
# Run every finding of this folder and print one line for each: holds, changed (with what it printed), or skipped where
# a program is missing (the script ends with 3). End with 1 when one changed.
folder=$(dirname "$0")
changed=0
for script in "$folder"/*.sh; do
    [ "$(basename "$script")" = run_all.sh ] && continue
    printed=$(sh "$script" 2>&1)
    code=$?
    case $code in
    0) echo "holds    $(basename "$script")" ;;
    3) echo "skipped  $(basename "$script"): $printed" ;;
    *) echo "changed  $(basename "$script")"; echo "$printed"; changed=1 ;;
    esac
done
exit $changed
