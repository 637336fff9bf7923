// Replays an allocation trace (docs/format/trace.md) under whatever GOGC the environment sets and
// prints heap_inuse - heap_alloc at every `stat`, one number a line, beyond that at the start.
//
//	GOGC=100 GOMAXPROCS=1 pacing TRACE
//
// The trace is mapped, not read, and parsed without allocating, so that the program's own heap is
// too small to move the pacer's goal.
package main

import (
	"fmt"
	"log"
	"os"
	"runtime"
	"syscall"
)

const maxIDs = 1 << 15

var (
	slices   [maxIDs][]byte
	gaps     [1 << 10]int64
	readings int
	trace    []byte
	position int
	zeros    [1 << 16]byte
)

func main() {
	file, err := os.Open(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	info, err := file.Stat()
	if err != nil {
		log.Fatal(err)
	}
	trace, err = syscall.Mmap(int(file.Fd()), 0, int(info.Size()), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		log.Fatal(err)
	}
	runtime.GC()
	before := gap()
	for position < len(trace) {
		step()
	}
	for _, value := range gaps[:readings] {
		fmt.Println(value - before)
	}
}

func gap() int64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapInuse) - int64(stats.HeapAlloc)
}

// step does the operation of one line.
func step() {
	switch kind := trace[position]; {
	case kind == 'a':
		id, size := integer(), integer()
		slices[id] = make([]byte, 0, size)
	case kind == 'w':
		id, length := integer(), integer()
		for s := slices[id]; len(s) < length; s = slices[id] {
			more := length - len(s)
			if room := cap(s) - len(s); room > 0 && more > room {
				more = room
			} else if room == 0 {
				more = 1
			}
			slices[id] = append(s, zeros[:more]...)
		}
	case kind == 'f':
		slices[integer()] = nil
	case kind == 'g':
		runtime.GC()
	case kind == 's':
		gaps[readings] = gap()
		readings++
	}
	for position < len(trace) && trace[position] != '\n' {
		position++
	}
	position++
}

// integer reads the next number of the line.
func integer() int {
	for trace[position] < '0' || trace[position] > '9' {
		position++
	}
	value := 0
	for position < len(trace) && trace[position] >= '0' && trace[position] <= '9' {
		value = value*10 + int(trace[position]-'0')
		position++
	}
	return value
}
