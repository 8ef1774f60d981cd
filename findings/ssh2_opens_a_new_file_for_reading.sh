#!/bin/sh
# ssh2 1.17.0 (Node) gives servers flagsToString() to turn the flags of an SFTP request to open a file into those of
# fs.open. For WRITE | CREAT | EXCL, which asks for a new file and never for an existing one, it returns null, and
# fs.open takes null for "r": a file that was to be written is opened for reading, and the client is told "no such file".
# With TRUNC beside EXCL, which changes nothing (a new file is empty), it returns "wx". The protocol allows either
# (draft-ietf-secsh-filexfer-02, 6.3: TRUNC and EXCL each need CREAT, and say nothing of each other).
#
# Seen on Node 20:
#   WRITE|CREAT|TRUNC -> "w"
#   WRITE|CREAT|TRUNC|EXCL -> "wx"
#   WRITE|CREAT|EXCL -> null
#   fs.open(new file, null): ENOENT, no file is made
#   fs.open(new file, "wx"): made
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix . ssh2@1.17.0 2>/dev/null
node - <<'JS'
const assert = require("node:assert");
const fs = require("node:fs");
const { flagsToString, OPEN_MODE } = require("ssh2").utils.sftp;
const flags = (names) => names.split("|").reduce((sum, name) => sum | OPEN_MODE[name], 0);
const seen = {};
for (const names of ["WRITE|CREAT|TRUNC", "WRITE|CREAT|TRUNC|EXCL", "WRITE|CREAT|EXCL"]) {
  seen[names] = flagsToString(flags(names));
  console.log(names, "->", JSON.stringify(seen[names]));
}
assert.deepStrictEqual(Object.values(seen), ["w", "wx", null]);
fs.open("new", null, (error) => {
  assert.strictEqual(error.code, "ENOENT");
  assert(!fs.existsSync("new"));
  console.log("fs.open(new file, null): ENOENT, no file is made");
  fs.open("new", "wx", (problem, file) => {
    assert.ifError(problem);
    fs.closeSync(file);
    assert(fs.existsSync("new"));
    console.log('fs.open(new file, "wx"): made');
  });
});
JS
