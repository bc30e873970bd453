/**
 * @module
 * How large a timeline will be, told while there is little of it.
 */

/** Iterations after which an estimate is worth something: by then batches have filled. */
const FIRST_ITERATIONS = 300;

/** Larger ones are warned of, bytes. Perfetto opens some hundred MB. */
const LARGE_BYTES = 200e6;

/** Watches a timeline grow. An iteration gives one token to each request of its batch, so tokens measure progress. */
export class TimelineSize {
  private bytes = 0;
  private iterations = 0;
  private tokens = 0;
  private told = false;

  /**
   * @param outputTokens that the run will generate
   * @param tell called at most once, with the expected bytes
   */
  constructor(
    private readonly outputTokens: number,
    private readonly tell: (expectedBytes: number) => void,
  ) {}

  wrote(text: string): void {
    this.bytes += text.length;
  }

  /** After an iteration of so many requests. */
  iteration(requests: number): void {
    this.iterations++;
    this.tokens += requests;
    if (this.told || (this.iterations < FIRST_ITERATIONS && this.bytes < LARGE_BYTES)) return;
    const expected = this.bytes * Math.max(1, this.outputTokens / this.tokens);
    if (expected <= LARGE_BYTES) return;
    this.told = true;
    this.tell(expected);
  }
}
