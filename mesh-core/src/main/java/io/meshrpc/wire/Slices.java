package io.meshrpc.wire;

import java.util.Arrays;

/** Parts of arrays. */
final class Slices {
  private Slices() {}

  /** A part as an array of its own: the same, if the part is the whole. */
  static byte[] whole(byte[] held, int from, int bytes) {
    return bytes == held.length ? held : Arrays.copyOfRange(held, from, from + bytes);
  }
}
