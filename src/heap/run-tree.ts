/**
 * Tree of free runs over groups of pages: where the lowest run of n free pages starts, in O(log n).
 *
 * A binary tree whose leaves are groups (512 pages). Each node covers a power of two of groups and
 * holds three counts of free pages, from which its parent's follow.
 *
 * I1  Node n has (free pages at its start, longest free run, free pages at its end) of what it
 *     covers, runs across its children included.
 * I2  Leaves beyond the last group are (0, 0, 0).
 *
 * Layout: node 1 is the root, node n has children 2n and 2n + 1, leaf g is node leafCount + g.
 * Units: counts are 8 KiB pages, positions are pages from page 0.
 */
import { assert } from "../base/assert.ts";

/** Pages of a group: 4 MiB. */
export const GROUP_PAGES = 512;
const NODE_WORDS = 3;
const START = 0;
const LONGEST = 1;
const END = 2;
const FIRST_LEAVES = 16;

export class RunTree {
  private leafCount = FIRST_LEAVES;
  private nodes = new Uint32Array(2 * FIRST_LEAVES * NODE_WORDS);

  /** Longest free run anywhere. */
  get longest(): number {
    return this.nodes[NODE_WORDS + LONGEST]!;
  }

  /** Free pages at the start of a group, its longest free run, free pages at its end. */
  leafOf(group: number): readonly [start: number, longest: number, end: number] {
    const at = (this.leafCount + group) * NODE_WORDS;
    return [this.nodes[at + START]!, this.nodes[at + LONGEST]!, this.nodes[at + END]!];
  }

  /** Sets what a group has free and brings its ancestors up to date. */
  setLeaf(group: number, start: number, longest: number, end: number): void {
    if (group >= this.leafCount) this.grow(group + 1);
    const leaf = this.leafCount + group;
    if (!this.write(leaf, start, longest, end)) return;
    let pages = GROUP_PAGES;
    for (let node = leaf >>> 1; node >= 1; node >>>= 1) {
      if (!this.merge(node, pages)) return;
      pages *= 2;
    }
  }

  /**
   * Page p such that the lowest run of `count` free pages either lies inside p's group or starts
   * at p and leaves that group; -1 when there is none.
   */
  find(count: number): number {
    assert(count > 0, "a run has pages");
    const nodes = this.nodes;
    if (nodes[NODE_WORDS + LONGEST]! < count) return -1;
    let node = 1;
    let first = 0;
    let pages = (this.leafCount * GROUP_PAGES) / 2;
    while (node < this.leafCount) {
      const left = 2 * node * NODE_WORDS;
      const right = left + NODE_WORDS;
      node *= 2;
      if (nodes[left + LONGEST]! < count) {
        const tail = nodes[left + END]!;
        if (tail + nodes[right + START]! >= count) return first + pages - tail;
        node++;
        first += pages;
      }
      pages /= 2;
    }
    return first;
  }

  /** A copy free to change on its own. */
  clone(): RunTree {
    const copy = new RunTree();
    copy.leafCount = this.leafCount;
    copy.nodes = this.nodes.slice();
    return copy;
  }

  private write(node: number, start: number, longest: number, end: number): boolean {
    const nodes = this.nodes;
    const at = node * NODE_WORDS;
    if (nodes[at + START] === start && nodes[at + LONGEST] === longest && nodes[at + END] === end) {
      return false;
    }
    nodes[at + START] = start;
    nodes[at + LONGEST] = longest;
    nodes[at + END] = end;
    return true;
  }

  /** Recomputes a node from its children, which cover `pages` pages each. */
  private merge(node: number, pages: number): boolean {
    const nodes = this.nodes;
    const left = 2 * node * NODE_WORDS;
    const right = left + NODE_WORDS;
    const leftStart = nodes[left + START]!;
    const rightEnd = nodes[right + END]!;
    const across = nodes[left + END]! + nodes[right + START]!;
    const start = leftStart === pages ? pages + nodes[right + START]! : leftStart;
    const end = rightEnd === pages ? pages + nodes[left + END]! : rightEnd;
    let longest = nodes[left + LONGEST]!;
    if (nodes[right + LONGEST]! > longest) longest = nodes[right + LONGEST]!;
    if (across > longest) longest = across;
    return this.write(node, start, longest, end);
  }

  private grow(groups: number): void {
    const old = this.nodes;
    const oldLeaves = this.leafCount;
    while (this.leafCount < groups) this.leafCount *= 2;
    this.nodes = new Uint32Array(2 * this.leafCount * NODE_WORDS);
    this.nodes.set(old.subarray(oldLeaves * NODE_WORDS), this.leafCount * NODE_WORDS);
    let pages = GROUP_PAGES;
    for (let first = this.leafCount >>> 1; first >= 1; first >>>= 1) {
      for (let node = first; node < 2 * first; node++) this.merge(node, pages);
      pages *= 2;
    }
  }
}
