package io.meshrpc.wire;

import java.io.IOException;

/**
 * Turns a batch into the bytes of one frame and back. Every version of protobuf writes and reads the
 * same bytes from {@code mesh.proto}.
 */
public final class BatchCodec {
  private BatchCodec() {}

  /** The bytes of a batch, in the order of field numbers. */
  public static byte[] encode(Batch batch) {
    try {
      FieldWriter counting = FieldWriter.counting();
      new BatchWriter(counting).write(batch);
      FieldWriter writing = counting.writing();
      new BatchWriter(writing).write(batch);
      return writing.bytes();
    } catch (IOException e) {
      throw new IllegalStateException("counted wrong: " + batch, e);
    }
  }

  /**
   * The batch that these bytes say. Unknown fields are skipped; fields may stand in any order.
   *
   * @throws MalformedBatchException if they say none; nothing else is ever thrown
   */
  public static Batch decode(byte[] bytes) throws MalformedBatchException {
    if (bytes.length == 0) {
      throw new MalformedBatchException("frame: 0 bytes (expected: a batch)");
    }
    try {
      return new BatchReader(new FieldReader(bytes)).read();
    } catch (IOException e) {
      throw new MalformedBatchException("frame: not protobuf: " + e.getMessage(), e);
    }
  }
}
