package io.meshrpc.wire;

import com.google.protobuf.CodedOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Fields of proto3 as bytes: those of value zero are left out. Goes over a batch twice: the first
 * time it counts, and notes the length of each nested record in the order in which they begin; the
 * second time it writes, and reads those notes.
 */
final class FieldWriter {
  private final boolean writes; // or else counts
  private final byte[] bytes;
  private int size; // counted, or written
  private int[] lengths;
  private int nextLength;

  private FieldWriter(boolean writes, byte[] bytes, int[] lengths) {
    this.writes = writes;
    this.bytes = bytes;
    this.lengths = lengths;
  }

  /** Counts only, and notes lengths in this array, or in a larger one. */
  static FieldWriter counting(int[] lengths) {
    return new FieldWriter(false, FieldReader.NO_BYTES, lengths);
  }

  /** Where the lengths are noted; may be used again once all is written. */
  int[] lengths() {
    return lengths;
  }

  /** Writes what this one has counted. */
  FieldWriter writing() {
    return new FieldWriter(true, new byte[size], lengths);
  }

  /** What was written; to be called once, at the end. */
  byte[] bytes() {
    if (!writes || size != bytes.length) {
      throw new IllegalStateException("written otherwise than counted");
    }
    return bytes;
  }

  /** A nested record begins; give what this returns to {@link #end}. */
  int begin(int field) {
    if (writes) {
      tag(field, 2);
      varint(lengths[nextLength++]);
      return 0;
    }
    if (nextLength == lengths.length) {
      lengths = Arrays.copyOf(lengths, 2 * nextLength);
    }
    lengths[nextLength] = size; // its start, until it ends
    return nextLength++;
  }

  /** A nested record ends. */
  void end(int field, int begun) {
    if (!writes) {
      int length = size - lengths[begun];
      lengths[begun] = length;
      size += tagBytes(field) + varintBytes(length);
    }
  }

  void fixed64(int field, long value) {
    if (value == 0) {
      return;
    }
    if (writes) {
      tag(field, 1);
      for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
        bytes[size++] = (byte) (value >>> shift);
      }
    } else {
      size += tagBytes(field) + Long.BYTES;
    }
  }

  void uint64(int field, long value) {
    if (value == 0) {
      return;
    }
    if (writes) {
      tag(field, 0);
      varint(value);
    } else {
      size += tagBytes(field) + varintBytes(value);
    }
  }

  void uint32(int field, int value) {
    uint64(field, Integer.toUnsignedLong(value));
  }

  void bool(int field, boolean value) {
    uint64(field, value ? 1 : 0);
  }

  void string(int field, String value) {
    if (value.isEmpty()) {
      return;
    }
    if (writes) {
      byteArray(field, value.getBytes(StandardCharsets.UTF_8));
    } else {
      size += CodedOutputStream.computeStringSize(field, value);
    }
  }

  /** One field of bytes, from a part of an array and from another that follows it. */
  void byteArrays(int field, byte[] held, int from, int bytes, byte[] tail) {
    int all = Math.addExact(bytes, tail.length);
    if (all == 0) {
      return;
    }
    if (writes) {
      tag(field, 2);
      varint(all);
      copy(held, from, bytes);
      copy(tail, 0, tail.length);
    } else {
      countBytes(field, all);
    }
  }

  void byteArray(int field, byte[] value) {
    byteArrays(field, value, 0, value.length, FieldReader.NO_BYTES);
  }

  private void countBytes(int field, int count) {
    size += tagBytes(field) + varintBytes(count) + count;
  }

  private void copy(byte[] from, int index, int count) {
    System.arraycopy(from, index, bytes, size, count);
    size += count;
  }

  private void tag(int field, int wireType) {
    varint(field << 3 | wireType);
  }

  private void varint(long value) {
    int at = size;
    long left = value;
    while ((left & ~0x7FL) != 0) {
      bytes[at++] = (byte) (left | 0x80);
      left >>>= 7;
    }
    bytes[at++] = (byte) left;
    size = at;
  }

  private static int tagBytes(int field) {
    return varintBytes((long) field << 3);
  }

  /** One for each seven bits begun: 9/64 is close enough to 1/7 for 64 of them. */
  private static int varintBytes(long value) {
    return (9 * (Long.SIZE - Long.numberOfLeadingZeros(value | 1)) + 64) >>> 6;
  }
}
