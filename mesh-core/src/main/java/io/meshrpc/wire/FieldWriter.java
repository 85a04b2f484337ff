package io.meshrpc.wire;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Fields of proto3 as bytes: those of value zero are left out. Goes over a batch twice: the first
 * time it counts, and notes the length of each nested record in the order in which they begin; the
 * second time it writes, and reads those notes.
 */
final class FieldWriter {
  private final @Nullable CodedOutputStream out; // null while counting
  private final byte[] bytes;
  private int size;
  private int[] lengths;
  private int nextLength;

  private FieldWriter(byte[] bytes, @Nullable CodedOutputStream out, int[] lengths) {
    this.bytes = bytes;
    this.out = out;
    this.lengths = lengths;
  }

  /** Counts only, and notes lengths in this array, or in a larger one. */
  static FieldWriter counting(int[] lengths) {
    return new FieldWriter(FieldReader.NO_BYTES, null, lengths);
  }

  /** Where the lengths are noted; may be used again once all is written. */
  int[] lengths() {
    return lengths;
  }

  /** Writes what this one has counted. */
  FieldWriter writing() {
    byte[] room = new byte[size];
    return new FieldWriter(room, CodedOutputStream.newInstance(room), lengths);
  }

  /** What was written; to be called once, at the end. */
  byte[] bytes() throws IOException {
    if (out == null || out.spaceLeft() != 0) {
      throw new IllegalStateException("written otherwise than counted");
    }
    return bytes;
  }

  /** A nested record begins; give what this returns to {@link #end}. */
  int begin(int field) throws IOException {
    if (out != null) {
      out.writeTag(field, 2);
      out.writeUInt32NoTag(lengths[nextLength++]);
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
    if (out == null) {
      int length = size - lengths[begun];
      lengths[begun] = length;
      size += CodedOutputStream.computeTagSize(field)
          + CodedOutputStream.computeUInt32SizeNoTag(length);
    }
  }

  void fixed64(int field, long value) throws IOException {
    if (value == 0) {
      return;
    }
    if (out != null) {
      out.writeFixed64(field, value);
    } else {
      size += CodedOutputStream.computeFixed64Size(field, value);
    }
  }

  void uint64(int field, long value) throws IOException {
    if (value == 0) {
      return;
    }
    if (out != null) {
      out.writeUInt64(field, value);
    } else {
      size += CodedOutputStream.computeUInt64Size(field, value);
    }
  }

  void uint32(int field, int value) throws IOException {
    if (value == 0) {
      return;
    }
    if (out != null) {
      out.writeUInt32(field, value);
    } else {
      size += CodedOutputStream.computeUInt32Size(field, value);
    }
  }

  void bool(int field, boolean value) throws IOException {
    uint32(field, value ? 1 : 0);
  }

  void string(int field, String value) throws IOException {
    if (value.isEmpty()) {
      return;
    }
    if (out != null) {
      out.writeString(field, value);
    } else {
      size += CodedOutputStream.computeStringSize(field, value);
    }
  }

  /** One field of bytes, from a part of an array and from another that follows it. */
  void byteArrays(int field, byte[] held, int from, int bytes, byte[] tail) throws IOException {
    int all = Math.addExact(bytes, tail.length);
    if (all == 0) {
      return;
    }
    if (out != null) {
      out.writeTag(field, 2);
      out.writeUInt32NoTag(all);
      out.writeRawBytes(held, from, bytes);
      out.writeRawBytes(tail);
    } else {
      size += CodedOutputStream.computeTagSize(field)
          + CodedOutputStream.computeUInt32SizeNoTag(all)
          + all;
    }
  }

  void byteArray(int field, byte[] value) throws IOException {
    if (value.length == 0) {
      return;
    }
    if (out != null) {
      out.writeByteArray(field, value);
    } else {
      size += CodedOutputStream.computeByteArraySize(field, value);
    }
  }
}
