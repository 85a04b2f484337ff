package io.meshrpc.wire;

import java.util.List;

/**
 * Turns a batch into the bytes of one frame and back. Every version of protobuf writes and reads the
 * same bytes from {@code mesh.proto}.
 */
public final class BatchCodec {
  private BatchCodec() {}

  /** The bytes of a batch, in the order of field numbers, with all payloads in them. */
  public static byte[] encode(Batch batch) {
    return new BatchEncoder().encode(batch);
  }

  /**
   * The bytes of a batch, in the order of field numbers, without its large payloads, or without the
   * large ends of those.
   *
   * @param attached gets what is left out, as it is, in the order of the frames
   */
  public static byte[] encode(Batch batch, List<byte[]> attached) {
    return new BatchEncoder().encode(batch, attached);
  }

  /**
   * The batch that these bytes say. Unknown fields are skipped; fields may stand in any order.
   *
   * @throws MalformedBatchException if they say none; nothing else is ever thrown
   */
  public static Batch decode(byte[] bytes) throws MalformedBatchException {
    return decode(bytes, List.of());
  }

  /**
   * The batch that these bytes say, with what came in frames of its own.
   *
   * @param attached those frames; more than the batch speaks of are ignored
   * @throws MalformedBatchException if they say none; nothing else is ever thrown
   */
  public static Batch decode(byte[] bytes, List<byte[]> attached) throws MalformedBatchException {
    if (bytes.length == 0) {
      throw new MalformedBatchException("frame: 0 bytes (expected: a batch)");
    }
    return new BatchReader(new FieldReader(bytes), attached).read();
  }
}
