package io.meshrpc.wire;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Reads single fields, as every protobuf does. Spans and counts that are too large for a signed number are
 * read as the greatest one; serial numbers that are too large are malformed, for they must be returned
 * unchanged.
 */
final class FieldReader {
  static final byte[] NO_BYTES = {};
  private static final long SPAN_MAX = (1L << 53) - 1; // as microseconds it fits in nanoseconds
  private static final int VARINT_BITS = 70; // of its ten bytes
  private static final int GROUPS_MAX = 100; // within each other, as elsewhere

  private final byte[] bytes;
  private int at;
  private int end; // of the record
  private int sliceBytes; // of the latest

  FieldReader(byte[] bytes) {
    this.bytes = bytes;
    this.end = bytes.length;
  }

  /** All that is read. */
  byte[] bytes() {
    return bytes;
  }

  /** Field number and wire type of the next field; 0 at the end of the record. */
  int tag() throws MalformedBatchException {
    if (at == end) {
      return 0;
    }
    int tag = (int) varint();
    if (tag >>> 3 == 0) {
      throw notProtobuf("a field of number 0");
    }
    return tag;
  }

  /** Enters a nested record. Returns what {@link #leave} needs. */
  int enter() throws MalformedBatchException {
    int length = length();
    int outer = end;
    end = at + length;
    return outer;
  }

  void leave(int outer) {
    end = outer;
  }

  void skip(int tag) throws MalformedBatchException {
    skip(tag, 0);
  }

  private void skip(int tag, int groups) throws MalformedBatchException {
    switch (tag & 7) {
      case 0 -> varint();
      case 1 -> take(Long.BYTES);
      case 2 -> take(length());
      case 3 -> skipGroup(tag, groups + 1);
      case 4 -> throw notProtobuf("the end of a group that did not begin");
      case 5 -> take(Integer.BYTES);
      default -> throw notProtobuf("a field of wire type " + (tag & 7));
    }
  }

  private void skipGroup(int begin, int groups) throws MalformedBatchException {
    if (groups > GROUPS_MAX) {
      throw notProtobuf("more than " + GROUPS_MAX + " groups within each other");
    }
    int tag;
    while (((tag = tag()) & 7) != 4) {
      if (tag == 0) {
        throw notProtobuf("a group that does not end");
      }
      skip(tag, groups);
    }
    if (tag != begin + 1) { // the wire type of an end follows that of a begin
      throw notProtobuf("the end of another group");
    }
  }

  long fixed64() throws MalformedBatchException {
    int from = take(Long.BYTES);
    long value = 0;
    for (int i = Long.BYTES - 1; i >= 0; i--) {
      value = value << Byte.SIZE | bytes[from + i] & 0xFF;
    }
    return value;
  }

  /** Bits or an id, of any value. */
  long uint64() throws MalformedBatchException {
    return varint();
  }

  /** Of an enum, or a code. */
  int number() throws MalformedBatchException {
    return (int) varint();
  }

  boolean bool() throws MalformedBatchException {
    return varint() != 0;
  }

  String string() throws MalformedBatchException {
    int length = length();
    ByteString text = ByteString.copyFrom(bytes, take(length), length);
    if (!text.isValidUtf8()) {
      throw notProtobuf("text that is not UTF-8");
    }
    return text.toStringUtf8();
  }

  byte[] byteArray() throws MalformedBatchException {
    int length = length();
    int from = take(length);
    return Arrays.copyOfRange(bytes, from, from + length);
  }

  /** Where a field of bytes is in {@link #bytes}, which is not copied; {@link #sliceBytes} of them. */
  int slice() throws MalformedBatchException {
    sliceBytes = length();
    return take(sliceBytes);
  }

  int sliceBytes() {
    return sliceBytes;
  }

  static NodeId nodeId(byte[] bytes) throws MalformedBatchException {
    if (bytes.length != 16) {
      throw new MalformedBatchException("node_id: " + bytes.length + " bytes (expected: 16)");
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return new NodeId(buffer.getLong(), buffer.getLong());
  }

  long serial(String name) throws MalformedBatchException {
    long value = varint();
    if (value < 0) {
      throw new MalformedBatchException(
          name + ": " + Long.toUnsignedString(value) + " (expected: < 2^63)");
    }
    return value;
  }

  long span() throws MalformedBatchException {
    long value = varint();
    return value < 0 || value > SPAN_MAX ? SPAN_MAX : value;
  }

  int count() throws MalformedBatchException {
    int value = (int) varint();
    return value < 0 ? Integer.MAX_VALUE : value;
  }

  /** A count, or {@link Response#NEVER}. */
  int pushback() throws MalformedBatchException {
    int value = (int) varint();
    return value < Response.NEVER ? Integer.MAX_VALUE : value;
  }

  /** Of what follows, all of which is in the record. */
  private int length() throws MalformedBatchException {
    int length = (int) varint();
    if (length < 0 || length > end - at) {
      throw notProtobuf("a length of " + Integer.toUnsignedString(length) + " with " + (end - at)
          + " bytes left");
    }
    return length;
  }

  /** Where these bytes begin, of which all must be there. */
  private int take(int count) throws MalformedBatchException {
    int from = at;
    if (count > end - from) {
      throw endsEarly();
    }
    at = from + count;
    return from;
  }

  /** Most are of one byte. */
  private long varint() throws MalformedBatchException {
    int from = at;
    if (from < end) {
      byte only = bytes[from];
      if (only >= 0) {
        at = from + 1;
        return only;
      }
    }
    return longVarint();
  }

  private long longVarint() throws MalformedBatchException {
    long value = 0;
    int next = at;
    for (int bits = 0; bits < VARINT_BITS; bits += 7) {
      if (next == end) {
        throw endsEarly();
      }
      byte part = bytes[next++];
      value |= (part & 0x7FL) << bits;
      if (part >= 0) {
        at = next;
        return value;
      }
    }
    throw notProtobuf("a number of more than ten bytes");
  }

  private static MalformedBatchException endsEarly() {
    return notProtobuf("its end within a field");
  }

  private static MalformedBatchException notProtobuf(String found) {
    return new MalformedBatchException("frame: not protobuf: " + found);
  }
}
