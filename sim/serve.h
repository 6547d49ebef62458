// Serves simulation requests over the standard streams, for long jobs driven by another program.
//
// All is made of 32-bit little-endian words. A beat is the words of its fields in port order, each
// field from a word of its own, least significant word first, as in memory.
//
// The server greets with: kMagic, the number of streams, then for each stream in port order its
// direction (1: into the design) and the words of a beat. The client sends requests; each gets an answer
// before the next is read. The end of the input ends the server.
//
//   request kStore   bank, stream, number of beats, the beats
//   answer           kDone
//
//   request kRun     for each input stream in port order: kInline, number of beats, the beats
//                                                     or: kBank, bank, how many times
//                    then for each output stream in port order: the number of beats to wait for
//   answer           kDone, cycles (low word, high word), the beats of each output stream in order
//
//   any failure      kRefused (the request is wrong) or kMisbehaved (the design is), number of bytes,
//                    a message of so many bytes filled up to whole words
//
// Valid and ready are always high while there is something to pass. A run ends with the cycle in
// which its last beat passes; the next begins with the cycle after, without reset. `cycles` counts from
// the first input beat to the last output beat, both counted in. After a failed run the design is reset.
#pragma once

#include "engine.h"

namespace tritloom {

constexpr Word kMagic = 0x314c5254;  // the letters TRL1

enum Request : Word { kStore = 1, kRun = 2 };
enum Source : Word { kInline = 0, kBank = 1 };
enum Status : Word { kDone = 0, kRefused = 1, kMisbehaved = 2 };

/// Serves until the input ends; returns the program's exit code.
int serve(Engine& engine, unsigned watchdog);

}  // namespace tritloom
