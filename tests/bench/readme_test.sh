#!/bin/sh
# The figures in README.md are those of docs/performance: readme_test.sh GOFER SOURCE BUILD. Both are written by
# `gofer bench -write`, which takes a quarter of an hour, so what it has written is compared.
source=$2
awk '
function field(name,    text) {
    text = $0
    sub(".*\"" name "\": ", "", text)
    sub("[,}].*", "", text)
    gsub("\"", "", text)
    return text
}
function figure(value) { return sprintf(value + 0 < 1000 ? "%.1f" : "%.0f", value) }
FNR == NR {
    ratio = field("ratio")
    if (ratio == "null")
        next
    # A row has both figures and both ratios of one benchmark.
    if (field("procs") == 1) one[field("bench")] = figure(field("gofer")) "|" figure(field("go")) "|" sprintf("%.1f", ratio)
    else all[one[field("bench")] "|" sprintf("%.1f", ratio)] = 1
    if (field("unit") == "ns") {
        timings++
        ahead += ratio > 1
    }
    next
}
/^<!-- figures:/ { inside = 1 }
/^<!-- end of figures/ { inside = 0 }
inside && /^Faster than/ && index($0, ahead " of " timings " timings") { claim = 1 }
inside && /^\| [a-z]/ {
    rows++
    n = split($0, cell, " *\\| *")
    if (!(cell[3] "|" cell[4] "|" cell[5] "|" cell[6] in all)) { print "not measured: " $0; bad = 1 }
}
END {
    if (!claim) { print "the claim is not " ahead " of " timings; bad = 1 }
    if (rows < 5) { print rows + 0 " rows"; bad = 1 }
    exit bad
}' "$source/docs/performance/data.jsonl" "$source/README.md" || { echo "FAILED"; exit 1; }
