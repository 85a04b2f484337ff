package io.meshrpc.wire;

import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads single fields. Spans and counts that are too large for a signed number are read as the
 * greatest one; serial numbers that are too large are malformed, for they must be returned unchanged.
 */
final class FieldReader {
  static final byte[] NO_BYTES = {};
  private static final long SPAN_MAX = (1L << 53) - 1; // as microseconds it fits in nanoseconds

  private final byte[] bytes;
  private final CodedInputStream in;
  private int sliceBytes; // of the latest

  FieldReader(byte[] bytes) {
    this.bytes = bytes;
    this.in = CodedInputStream.newInstance(bytes);
  }

  /** All that is read. */
  byte[] bytes() {
    return bytes;
  }

  /** Field number and wire type of the next field; 0 at the end of the record. */
  int tag() throws IOException {
    return in.readTag();
  }

  /** Enters a nested record. Returns what {@link #leave} needs. */
  int enter() throws IOException {
    return in.pushLimit(in.readRawVarint32());
  }

  void leave(int outer) {
    in.popLimit(outer);
  }

  void skip(int tag) throws IOException, MalformedBatchException {
    if (!in.skipField(tag)) {
      throw new MalformedBatchException("frame: the end of a group that did not begin");
    }
  }

  long fixed64() throws IOException {
    return in.readFixed64();
  }

  /** Bits or an id, of any value. */
  long uint64() throws IOException {
    return in.readUInt64();
  }

  /** Of an enum, or a code. */
  int number() throws IOException {
    return in.readUInt32();
  }

  boolean bool() throws IOException {
    return in.readBool();
  }

  String string() throws IOException {
    return in.readStringRequireUtf8();
  }

  byte[] byteArray() throws IOException {
    return in.readByteArray();
  }

  /** Where a field of bytes is in {@link #bytes}, which is not copied; {@link #sliceBytes} of them. */
  int slice() throws IOException {
    sliceBytes = in.readRawVarint32();
    int from = in.getTotalBytesRead();
    in.skipRawBytes(sliceBytes); // throws if there are not as many
    return from;
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

  long serial(String name) throws IOException, MalformedBatchException {
    long value = in.readUInt64();
    if (value < 0) {
      throw new MalformedBatchException(
          name + ": " + Long.toUnsignedString(value) + " (expected: < 2^63)");
    }
    return value;
  }

  long span() throws IOException {
    long value = in.readUInt64();
    return value < 0 || value > SPAN_MAX ? SPAN_MAX : value;
  }

  int count() throws IOException {
    int value = in.readUInt32();
    return value < 0 ? Integer.MAX_VALUE : value;
  }

  /** A count, or {@link Response#NEVER}. */
  int pushback() throws IOException {
    int value = in.readUInt32();
    return value < Response.NEVER ? Integer.MAX_VALUE : value;
  }
}
