// Replays an allocation trace (docs/format/trace.md) in this very process and prints, for every
// `stat`, what runtime.ReadMemStats says beyond the state before the first line.
//
//	GOGC=off GOMAXPROCS=1 replay -classes 16:512,24:341,... TRACE
//
// One JSON object a line at the end: line, label, heap_alloc, heap_inuse, heap_objects, mallocs,
// frees, total_alloc; the last line has version, operations, allocations and CPU nanoseconds.
//
// So that the figures are the trace's alone, the program reads the trace before it starts, then
// fills every free slot of its own pointer-free spans: it allocates in each size class until a
// fresh span appears, and fills that one. -classes names the classes, as slot size : slots per span.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"log"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const maxIDs = 1 << 17

type operation struct {
	kind byte
	id   int32
	size int64
}

type reading struct {
	line  int
	label string
	stats runtime.MemStats
}

var (
	slices [maxIDs][]byte
	keep   [][]byte
	zeros  []byte
)

func main() {
	classes := flag.String("classes", "", "slot sizes and slots per span")
	flag.Parse()
	if flag.NArg() != 1 {
		log.Fatal("want one trace file")
	}
	operations, readings := parse(flag.Arg(0))
	zeros = make([]byte, 1<<20)
	keep = make([][]byte, 0, 1<<16)
	for i := 0; i < 3; i++ {
		runtime.GC()
	}
	for i := 0; i < 2; i++ {
		fillOwnSpans(*classes)
		runtime.GC()
	}
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	start := cpuTime()
	replay(operations, readings)
	elapsed := cpuTime() - start
	report(readings, &before, operations, elapsed)
}

// parse reads the whole trace; stat lines get their readings in order.
func parse(path string) ([]operation, []reading) {
	text, err := os.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	var operations []operation
	var readings []reading
	for number, line := range bytes.Split(text, []byte("\n")) {
		fields := strings.Fields(string(line))
		if len(fields) == 0 || fields[0][0] == '#' {
			continue
		}
		op := operation{kind: fields[0][0]}
		switch fields[0] {
		case "a", "g", "w":
			op.id, op.size = int32(integer(fields[1])), integer(fields[2])
		case "f":
			op.id = int32(integer(fields[1]))
		case "gc":
			op.kind = 'c'
		case "stat":
			label := strings.Join(fields[1:], " ")
			readings = append(readings, reading{line: number + 1, label: label})
		default:
			log.Fatalf("line %d: cannot replay %q", number+1, line)
		}
		operations = append(operations, op)
	}
	return operations, readings
}

// cpuTime is the processor time that this process has used, all threads together.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func integer(text string) int64 {
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		log.Fatal(err)
	}
	return value
}

// fillOwnSpans leaves no free slot in any span of a class.
func fillOwnSpans(classes string) {
	for _, class := range strings.Split(classes, ",") {
		size, slots, found := strings.Cut(class, ":")
		if !found {
			log.Fatalf("bad class %q", class)
		}
		fillClass(int(integer(size)), int(integer(slots)))
	}
}

func fillClass(size, slots int) {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	for inUse := stats.HeapInuse; stats.HeapInuse == inUse; {
		keep = append(keep, make([]byte, size))
		runtime.ReadMemStats(&stats)
	}
	for i := 1; i < slots; i++ {
		keep = append(keep, make([]byte, size))
	}
}

func replay(operations []operation, readings []reading) {
	next := 0
	for i := range operations {
		op := &operations[i]
		switch op.kind {
		case 'a':
			slices[op.id] = make([]byte, 0, op.size)
		case 'g':
			grow(op.id, int(op.size))
		case 'w':
			write(op.id, int(op.size))
		case 'f':
			slices[op.id] = nil
		case 'c':
			runtime.GC()
		case 's':
			runtime.ReadMemStats(&readings[next].stats)
			next++
		}
	}
}

// grow takes a slice to a length in one append call.
func grow(id int32, length int) {
	slice := slices[id]
	if length <= len(slice) {
		return
	}
	slices[id] = append(slice, zeros[:length-len(slice)]...)
}

// write takes a slice to a length as if appending byte by byte: only the growths matter.
func write(id int32, length int) {
	slice := slices[id]
	if length <= len(slice) {
		return
	}
	for cap(slice) < length {
		slice = append(slice[:cap(slice)], 0)
	}
	slices[id] = slice[:length]
}

func report(readings []reading, before *runtime.MemStats, operations []operation, elapsed time.Duration) {
	out := json.NewEncoder(os.Stdout)
	for i := range readings {
		stats := &readings[i].stats
		must(out.Encode(map[string]any{
			"line":         readings[i].line,
			"label":        readings[i].label,
			"heap_alloc":   stats.HeapAlloc - before.HeapAlloc,
			"heap_inuse":   stats.HeapInuse - before.HeapInuse,
			"heap_objects": stats.HeapObjects - before.HeapObjects,
			"mallocs":      stats.Mallocs - before.Mallocs,
			"frees":        stats.Frees - before.Frees,
			"total_alloc":  stats.TotalAlloc - before.TotalAlloc,
		}))
	}
	var after runtime.MemStats
	runtime.ReadMemStats(&after)
	must(out.Encode(map[string]any{
		"version":     runtime.Version(),
		"operations":  len(operations),
		"allocations": after.Mallocs - before.Mallocs,
		"nanoseconds": elapsed.Nanoseconds(),
	}))
	runtime.KeepAlive(keep)
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
