# Writes workbooks with the R package openxlsx.
suppressPackageStartupMessages(library(openxlsx))

unquote <- function(words) {
  texts <- vapply(words, URLdecode, "")
  Encoding(texts) <- "UTF-8"
  unname(texts)
}

put <- function(book, page, cell) {
  row <- as.integer(cell[1])
  column <- as.integer(cell[2])
  value <- switch(cell[3],
    text = cell[4], error = cell[4], number = as.numeric(cell[4]), boolean = cell[4] == "1",
    date = as.numeric(as.POSIXct(cell[4], tz = "UTC", format = "%Y-%m-%dT%H:%M:%S")) / 86400 + 25569, NULL
  )
  if (length(cell) >= 6 && nzchar(cell[6])) writeFormula(book, page, cell[6], startCol = column, startRow = row)
  else if (!is.null(value)) writeData(book, page, value, startCol = column, startRow = row, colNames = FALSE)
  if (length(cell) >= 5 && nzchar(cell[5])) addStyle(book, page, createStyle(numFmt = cell[5]), rows = row, cols = column)
}

for (line in readLines(commandArgs(trailingOnly = TRUE)[1])) {
  words <- unquote(strsplit(line, "\t", fixed = TRUE)[[1]])
  rest <- words[-1]
  if (words[1] == "file") {
    book <- createWorkbook()
    path <- rest[1]
    page <- rest[2]
    addWorksheet(book, page)
  } else if (words[1] == "cell") put(book, page, rest)
  else if (words[1] == "merge") mergeCells(book, page, cols = as.integer(rest[c(2, 4)]), rows = as.integer(rest[1]):as.integer(rest[3]))
  else if (words[1] == "hide-row") setRowHeights(book, page, as.integer(rest[1]), 0)
  else if (words[1] == "hide-column") setColWidths(book, page, as.integer(rest[1]), widths = 10, hidden = TRUE)
  else if (words[1] == "end") saveWorkbook(book, path, overwrite = TRUE)
}
