/**
 * @module
 * Requests that wait for admission: first come first served, a preempted one returns to the front. A ring buffer, so
 * that a request costs the same whether ten or a hundred thousand wait.
 */
export class WaitingQueue {
  private ring = new Int32Array(256);
  private head = 0;
  private length = 0;

  get size(): number {
    return this.length;
  }

  /** The request to be admitted next. The caller has checked `size`. */
  get first(): number {
    return this.ring[this.head];
  }

  /** The `i`th request to be admitted, from 0. The caller has checked `size`. */
  at(i: number): number {
    return this.ring[(this.head + i) & (this.ring.length - 1)];
  }

  pushBack(request: number): void {
    this.makeRoom();
    this.ring[(this.head + this.length) & (this.ring.length - 1)] = request;
    this.length++;
  }

  pushFront(request: number): void {
    this.makeRoom();
    this.head = (this.head - 1) & (this.ring.length - 1);
    this.ring[this.head] = request;
    this.length++;
  }

  popFront(): number {
    const request = this.first;
    this.head = (this.head + 1) & (this.ring.length - 1);
    this.length--;
    return request;
  }

  /** Removes one request from anywhere; linear, for the rare request that finishes while it waits. */
  remove(request: number): void {
    const mask = this.ring.length - 1;
    let i = 0;
    while (i < this.length && this.ring[(this.head + i) & mask] !== request) i++;
    if (i === this.length) return;
    for (; i + 1 < this.length; i++) this.ring[(this.head + i) & mask] = this.ring[(this.head + i + 1) & mask];
    this.length--;
  }

  private makeRoom(): void {
    if (this.length < this.ring.length) return;
    const grown = new Int32Array(this.ring.length * 2);
    for (let i = 0; i < this.length; i++) grown[i] = this.ring[(this.head + i) & (this.ring.length - 1)];
    this.ring = grown;
    this.head = 0;
  }
}
