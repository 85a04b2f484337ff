package io.meshrpc.wire;

import io.meshrpc.fuzz.Must;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The bytes of a frame: they are a batch or malformed and nothing else, a batch that came from bytes
 * goes through bytes unchanged, and it is not much larger than they were.
 */
public final class DecodeTarget {
  private static final int BYTES_PER_RECORD = 2; // a tag and a length at least

  private DecodeTarget() {}

  /** For the fuzzer. */
  public static void fuzzerTestOneInput(byte[] bytes) {
    Batch batch;
    try {
      batch = BatchCodec.decode(bytes.clone());
    } catch (MalformedBatchException e) {
      Must.hold(e.getMessage().length() < 1000, "the text grows with the bytes");
      return;
    }
    attached(bytes);
    Must.hold(batch.packets().size() <= bytes.length / BYTES_PER_RECORD, "records out of nothing");
    Must.hold(carried(batch) <= bytes.length, "bytes out of nothing");
    if (batch.packets().stream().anyMatch(DecodeTarget::isOfLaterVersion)) { // is never sent
      return;
    }
    byte[] once = BatchCodec.encode(batch);
    if (once.length == 0) { // all was skipped, and an empty frame is malformed
      return;
    }
    try {
      Batch again = BatchCodec.decode(once);
      Must.hold(again.session() == batch.session(), "another session");
      Must.hold(again.ackBelow() == batch.ackBelow(), "another ack_below");
      Must.hold(again.packets().size() == batch.packets().size(), "another number of records");
      Must.hold(Arrays.equals(once, BatchCodec.encode(again)), "other bytes the second time");
    } catch (MalformedBatchException e) {
      throw new AssertionError("what was encoded cannot be read", e);
    }
  }

  /** The same with frames beside it. */
  private static void attached(byte[] bytes) {
    List<byte[]> frames = List.of(new byte[3], new byte[9000]);
    try {
      Batch batch = BatchCodec.decode(bytes.clone(), frames);
      if (batch.packets().stream().noneMatch(DecodeTarget::isOfLaterVersion)) {
        List<byte[]> out = new ArrayList<>();
        byte[] once = BatchCodec.encode(batch, out);
        Must.hold(out.size() <= 1, "more frames than large payloads");
        if (once.length > 0) {
          Batch again = BatchCodec.decode(once, out);
          Must.hold(carried(again) == carried(batch), "other payloads");
        }
      }
    } catch (MalformedBatchException e) {
      throw new AssertionError("with frames beside it it cannot be read", e);
    }
  }

  private static boolean isOfLaterVersion(Packet packet) {
    return packet instanceof Response response && response.reason() == Reason.UNRECOGNIZED;
  }

  private static long carried(Batch batch) {
    long sum = 0;
    for (Packet packet : batch.packets()) {
      if (packet instanceof Request request) {
        sum += request.payload().length + request.metadata().bytes();
      } else if (packet instanceof Response response) {
        sum += response.payload().length
            + response.metadata().bytes()
            + response.text().length();
      } else if (packet instanceof Welcome welcome) {
        sum += 2L * welcome.services().size();
      }
    }
    return sum;
  }
}
