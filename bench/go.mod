// What the lines marked go=modules in bench/lines are compared with. The other Go files need no module.
module gofer/bench

go 1.23.0

require (
	golang.org/x/sync v0.12.0
	golang.org/x/time v0.11.0
)
