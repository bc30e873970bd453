/**
 * @module
 * Which blocks hold a content, over all memories of a simulation. Contents are numbers from 1, as dense as can be: to look one
 * up is to read an array, of 4 bytes for each content that has ever been cached. Blocks take 4 bytes each.
 */
import { GROWTH, grown } from "./grown.js";

export class CachedContents {
  /** Index: content. Block that has held it longest, as block + 1; 0 = none. */
  private first = new Int32Array(1024);
  /** Index: block. The next one with the same content, as block + 1; 0 = none. */
  private next = new Int32Array(0);
  private blocks = 0;

  /** Takes in a memory of `count` blocks; returns the number of the first of them, the others follow. */
  reserve(count: number): number {
    this.blocks += count;
    return this.blocks - count;
  }

  /** Of blocks `from` .. `to` - 1, the one that has held the content longest; -1 where none does. */
  find(content: number, from: number, to: number): number {
    if (content >= this.first.length) return -1;
    let block = this.first[content] - 1;
    while (block >= 0 && (block < from || block >= to)) block = this.next[block] - 1;
    return block;
  }

  /** A block holds the content from now on. */
  add(content: number, block: number): void {
    if (block >= this.next.length)
      this.next = grown(this.next, Math.min(this.blocks, Math.max(GROWTH * this.next.length, block + 1)));
    if (content >= this.first.length) this.first = grown(this.first, Math.max(GROWTH * this.first.length, content + 1));
    if (this.first[content] === 0) {
      this.first[content] = block + 1;
      return;
    }
    let last = this.first[content] - 1;
    while (this.next[last] !== 0) last = this.next[last] - 1;
    this.next[last] = block + 1;
  }

  /** A block that holds the content does so no longer. */
  remove(content: number, block: number): void {
    const behind = this.next[block];
    this.next[block] = 0;
    if (this.first[content] === block + 1) {
      this.first[content] = behind;
      return;
    }
    let before = this.first[content] - 1;
    while (this.next[before] !== block + 1) before = this.next[before] - 1;
    this.next[before] = behind;
  }
}
