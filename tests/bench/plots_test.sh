#!/bin/sh
# gofer bench -plots: pictures that a browser can read, with a bar for each line that has a ratio, and the data beside
# them: plots_test.sh GOFER SOURCE BUILD.
command -v go >/dev/null || exit 77
command -v python3 >/dev/null || exit 77
export GOCACHE="${GOCACHE:-$(go env GOCACHE)}"
. "$(dirname "$0")/../command/lib.sh" "$@"

# The names beside the picture's bars, in their order. Python's parser refuses what is not well-formed.
cat >"$work/bars.py" <<'END'
import sys, xml.etree.ElementTree as tree
ns = "{http://www.w3.org/2000/svg}"
root = tree.parse(sys.argv[1]).getroot()
assert root.tag == ns + "svg", root.tag
width, height = float(root.get("width")), float(root.get("height"))
for bar in root.iter(ns + "rect"):
    x, y, w, h = (float(bar.get(k)) for k in ("x", "y", "width", "height"))
    assert w > 0 and x >= 0 and x + w <= width and y + h <= height, bar.attrib
names = [t.text for t in root.iter(ns + "text") if t.get("text-anchor") == "end"]
assert len(names) == len(list(root.iter(ns + "rect")))
print("\n".join(names))
END

# bars PICTURE NAME…: the picture has a bar for each name and no other.
bars() {
    python3 "$work/bars.py" "$1" >"$work/out" 2>"$work/err" || fail "$1 is no picture"
    shift
    printf '%s\n' "$@" | cmp -s - "$work/out" || fail "not the bars of $*"
}

expect 0 "$gofer" bench -plots "$work/plots" '^(yield2|defer_beyond|once|hello_size)$'
[ "$(grep -c '"bench": "once"' "$work/plots/data.jsonl")" -eq "$(awk '$1 == "once"' "$work/out" | wc -l)" ] ||
    fail "the data is not the table's"
several=$(awk '$1 == "once" && $2 > 1' "$work/out")
bars "$work/plots/ratios_one.svg" yield2 once hello_size
[ -z "$several" ] || bars "$work/plots/ratios_all.svg" yield2 once

expect 2 "$gofer" bench -plots
nothing_left
