/**
 * What AssemblyScript has built in, as far as the kernel uses it, in TypeScript's words: i64 is a
 * BigInt, the other numbers are numbers (f64 is a type since code/memory.ts). Compiled, they are
 * instructions; in the tests, functions.
 */
declare type i32 = number;
declare type i64 = bigint;
declare type Vector = Uint8Array;

declare function i32(value: i64): i32;
declare function i64(value: i32 | f64 | i64): i64;
declare function u64(value: i32 | i64): i64;
declare function f64(value: i32 | i64): f64;

declare namespace i64 {
  function clz(word: i64): i64;
  function load(at: i32): i64;
  function store(at: i32, word: i64): void;
}
declare namespace i32 {
  function load(at: i32): i32;
  function store(at: i32, value: i32): void;
  function store8(at: i32, value: i32): void;
}
declare namespace f64 {
  function load(at: i32): f64;
  function store(at: i32, value: f64): void;
}
declare namespace v128 {
  function load(at: i32): Vector;
  function store(at: i32, vector: Vector): void;
  function xor(left: Vector, right: Vector): Vector;
}
declare namespace memory {
  function copy(to: i32, from: i32, bytes: i32): void;
}
declare namespace i8x16 {
  function shuffle(left: Vector, right: Vector, ...lanes: i32[]): Vector;
}
