package io.meshrpc.wire;

import io.meshrpc.api.Marshaller;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Parts of arrays, and arrays that follow them. */
public final class Slices {
  private Slices() {}

  /** A part as an array of its own: the same, if the part is the whole. */
  static byte[] whole(byte[] held, int from, int bytes) {
    return bytes == held.length ? held : Arrays.copyOfRange(held, from, from + bytes);
  }

  /** A part and what follows it, as one array: the part as above, if nothing follows. */
  static byte[] whole(byte[] held, int from, int bytes, byte[] tail) {
    if (tail.length == 0) {
      return whole(held, from, bytes);
    }
    int all = Math.addExact(bytes, tail.length);
    return ByteBuffer.allocate(all).put(held, from, bytes).put(tail).array();
  }

  /** What a part and what follows it say. */
  static <T> T decode(Marshaller<T> marshaller, byte[] held, int from, int bytes, byte[] tail) {
    return tail.length == 0
        ? marshaller.decode(held, from, bytes)
        : marshaller.decode(held, from, bytes, tail);
  }

  /** How many bytes both have; those that no array could hold count as the most that one can. */
  public static int bytes(int bytes, byte[] tail) {
    return (int) Math.min(Integer.MAX_VALUE, (long) bytes + tail.length);
  }
}
