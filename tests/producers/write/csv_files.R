# Writes CSV files with write.csv, or with write.csv2 when the second argument says so.
unquote <- function(words) {
  texts <- vapply(words, URLdecode, "")
  Encoding(texts) <- "UTF-8"
  unname(texts)
}

arguments <- commandArgs(trailingOnly = TRUE)
write_file <- if (arguments[2] == "write.csv2") write.csv2 else write.csv
for (line in readLines(arguments[1])) {
  words <- unquote(strsplit(line, "\t", fixed = TRUE)[[1]])
  rest <- words[-1]
  if (words[1] == "file") {
    path <- rest[1]
    cells <- list()
  } else if (words[1] == "cell") {
    cells[[length(cells) + 1]] <- list(row = as.integer(rest[1]), column = as.integer(rest[2]), text = rest[4])
  } else if (words[1] == "end") {
    rows <- vapply(cells, function(cell) cell$row, 0L)
    columns <- vapply(cells, function(cell) cell$column, 0L)
    grid <- matrix(NA_character_, max(rows), max(columns))
    for (cell in cells) grid[cell$row, cell$column] <- cell$text
    frame <- as.data.frame(grid[-1, , drop = FALSE])
    names(frame) <- grid[1, ]
    write_file(frame, path, row.names = FALSE, na = "", fileEncoding = "UTF-8")
  }
}
