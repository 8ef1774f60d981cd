#!/bin/sh
# read.csv of R 4.2 makes two rows of one line when the line has more fields than any of the first five: a decimal comma
# without quotes in line 7 gives the amount 49, the Reason "90", and a further row whose ActionId is "REJECTED". There
# is no warning. The number of columns is taken from the first five lines, and what a later line has beyond it begins a
# row of its own. Needs R (Debian: r-base-core).
#
# Seen on R 4.2.2:
#   8 lines in the file, 7 of them rows; read: 8 rows
#   row 7: M.8882.4808.7 49 90
#   row 8: REJECTED NA
set -eu
command -v Rscript >/dev/null || { echo "needs R: apt-get install r-base-core"; exit 3; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
{
    echo ActionId,Amount,Reason
    for number in 1 2 3 4 5 6; do echo "M.8882.4808.$number,12.50,OTHER"; done
    echo M.8882.4808.7,49,90,REJECTED
} >returns.csv
Rscript --vanilla - <<'R'
lines <- readLines("returns.csv")
rows <- read.csv("returns.csv")
cat(length(lines), "lines in the file,", length(lines) - 1, "of them rows; read:", nrow(rows), "rows\n")
cat("row 7:", rows$ActionId[7], rows$Amount[7], rows$Reason[7])
cat("\nrow 8:", rows$ActionId[8], rows$Amount[8])
cat("\n")
stopifnot(nrow(rows) == 8, identical(rows$ActionId[7:8], c("M.8882.4808.7", "REJECTED")))
stopifnot(rows$Amount[7] == 49, rows$Reason[7] == "90", is.na(rows$Amount[8]), rows$Reason[8] == "")
R
