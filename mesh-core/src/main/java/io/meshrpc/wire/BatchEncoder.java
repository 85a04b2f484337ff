package io.meshrpc.wire;

import java.util.ArrayList;
import java.util.List;

/** Writes batches as {@link BatchCodec} does, one after the other in one thread, and keeps what that takes. */
public final class BatchEncoder {
  /** Bytes from which on it is worth a frame of its own; a frame costs about a microsecond. */
  private static final int ATTACH_FROM = 8 << 10;

  private static final int KEPT_MAX = 1024; // lengths
  private static final int[] NO_LENGTHS = {};

  private int[] lengths = NO_LENGTHS; // of nested records

  /** The bytes of a batch, in the order of field numbers, with all payloads in them. */
  public byte[] encode(Batch batch) {
    return encode(batch, Integer.MAX_VALUE, new ArrayList<>());
  }

  /**
   * The bytes of a batch, in the order of field numbers, without its large payloads, or without the
   * large ends of those.
   *
   * @param attached gets what is left out, as it is, in the order of the frames
   */
  public byte[] encode(Batch batch, List<byte[]> attached) {
    return encode(batch, ATTACH_FROM, attached);
  }

  private byte[] encode(Batch batch, int attachFrom, List<byte[]> attached) {
    List<Packet> packets = BatchWriter.inOrderOfKinds(batch.packets());
    int records = 1 + packets.size(); // most have no others in them
    int[] known = lengths.length < records ? new int[records] : lengths;
    FieldWriter counting = FieldWriter.counting(known);
    new BatchWriter(counting, attachFrom, attached).write(batch, packets);
    attached.clear(); // and once more, with the same ones
    FieldWriter writing = counting.writing();
    new BatchWriter(writing, attachFrom, attached).write(batch, packets);
    int[] used = counting.lengths();
    lengths = used.length <= KEPT_MAX ? used : NO_LENGTHS;
    return writing.bytes();
  }
}
