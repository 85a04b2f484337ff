package io.meshrpc.fuzz;

import java.util.Arrays;

/** Decisions drawn from bytes, one after the other; nothing but zeros once they are used up. */
public final class Draw {
  private static final long[] EDGES = {
    0,
    1,
    2,
    127,
    128,
    1L << 31,
    (1L << 31) - 1,
    1L << 32,
    (1L << 53) - 1,
    1L << 53,
    Long.MAX_VALUE - 1,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    -1
  };

  private final byte[] bytes;
  private int position;

  /** Decisions from these bytes. */
  public Draw(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Whether all have been used. */
  public boolean isEmpty() {
    return position >= bytes.length;
  }

  /** From 0 to 255. */
  public int next() {
    return isEmpty() ? 0 : bytes[position++] & 0xff;
  }

  /** From 0, less than this, which is at most 256. */
  public int below(int bound) {
    return next() % bound;
  }

  /** Yes or no. */
  public boolean flag() {
    return (next() & 1) == 1;
  }

  /** Any number: mostly small ones, at times one at an edge, at times eight bytes. */
  public long number() {
    int kind = next();
    if (kind < 160) {
      return kind % 20;
    }
    if (kind < 220) {
      return EDGES[kind % EDGES.length];
    }
    long value = 0;
    for (int i = 0; i < 8; i++) {
      value = value << 8 | next();
    }
    return value;
  }

  /** A number that may stand for a call: less than 2^63. */
  public long serial() {
    return number() & Long.MAX_VALUE;
  }

  /** A count: less than 2^31. */
  public int count() {
    return (int) (number() & Integer.MAX_VALUE);
  }

  /** So many bytes, or as many as are left. */
  public byte[] take(int count) {
    int length = Math.max(0, Math.min(count, bytes.length - position));
    byte[] part = Arrays.copyOfRange(bytes, position, position + length);
    position += length;
    return part;
  }

  /** At most so many bytes. */
  public byte[] bytes(int max) {
    return take(below(max + 1));
  }
}
