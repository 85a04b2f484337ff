package io.meshrpc.wire;

import io.meshrpc.fuzz.Must;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * The bytes of a message: they are a batch or malformed and nothing else, a batch that came from bytes
 * goes through bytes unchanged, and it is not much larger than they were. The first byte says how many
 * frames are beside the batch, as many more say what each has in it, and the rest is the batch.
 */
public final class DecodeTarget {
  private static final int BYTES_PER_RECORD = 2; // a tag and a length at least
  private static final int FRAMES = 8; // one more than there may be beside a batch
  private static final int LARGE = 8 << 10; // from here on a payload has a frame of its own
  private static final int[] LENGTHS = {0, 1, 60, LARGE - 1, LARGE, LARGE + 1, 20_000};
  private static final byte[][][] KEPT = frames(); // each of its own, to be known again
  private static final List<byte[]> MORE_THAN_ENOUGH =
      Collections.nCopies(BatchReader.RECORDS_MAX, new byte[0]);

  private DecodeTarget() {}

  /** For the fuzzer. */
  public static void fuzzerTestOneInput(byte[] message) {
    int count =
        message.length == 0 ? 0 : Math.min((message[0] & 0xff) % FRAMES, message.length - 1);
    List<byte[]> frames = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      frames.add(KEPT[i][(message[1 + i] & 0xff) % LENGTHS.length]);
    }
    int start = Math.min(1 + count, message.length);
    check(Arrays.copyOfRange(message, start, message.length), frames);
  }

  private static byte[][][] frames() {
    byte[][][] frames = new byte[FRAMES][LENGTHS.length][];
    for (int i = 0; i < FRAMES; i++) {
      for (int j = 0; j < LENGTHS.length; j++) {
        frames[i][j] = new byte[LENGTHS[j]];
        Arrays.fill(frames[i][j], (byte) (i + 1));
      }
    }
    return frames;
  }

  private static void check(byte[] bytes, List<byte[]> frames) {
    Batch batch;
    try {
      batch = BatchCodec.decode(bytes.clone(), frames);
    } catch (MalformedBatchException e) {
      String text = String.valueOf(e.getMessage());
      Must.hold(text.length() < 1000, "the text grows with the bytes");
      if (text.startsWith("frames:")) {
        enough(bytes);
      }
      return;
    }
    long frameBytes = frames.stream().mapToLong(frame -> frame.length).sum();
    Must.hold(batch.packets().size() <= bytes.length / BYTES_PER_RECORD, "records out of nothing");
    Must.hold(carried(batch) <= bytes.length + frameBytes, "bytes out of nothing");
    inTurn(batch, frames);
    if (batch.packets().stream().noneMatch(DecodeTarget::isOfLaterVersion)) { // which is never sent
      again(batch, BatchCodec.encode(batch), List.of());
      List<byte[]> attached = new ArrayList<>();
      again(batch, BatchCodec.encode(batch, attached), attached);
    }
  }

  /** There were too few frames. With more it may be a batch, but there are not too few again. */
  private static void enough(byte[] bytes) {
    try {
      BatchCodec.decode(bytes.clone(), MORE_THAN_ENOUGH);
    } catch (MalformedBatchException e) {
      Must.hold(!String.valueOf(e.getMessage()).startsWith("frames:"), "never enough frames");
    }
  }

  /** Each frame is in the payload of one record at most, the first of the first, and none is left out. */
  private static void inTurn(Batch batch, List<byte[]> frames) {
    int taken = 0;
    for (Packet packet : batch.packets()) {
      byte[] end = end(packet);
      if (taken < frames.size() && end == frames.get(taken)) {
        taken++;
      } else {
        Must.hold(frames.stream().noneMatch(frame -> frame == end), "a frame out of its turn");
      }
    }
  }

  private static void again(Batch batch, byte[] once, List<byte[]> attached) {
    for (byte[] frame : attached) {
      Must.hold(frame.length >= LARGE, "a small payload in a frame of its own");
    }
    if (once.length == 0) { // all was skipped, and an empty frame is malformed
      return;
    }
    try {
      Batch again = BatchCodec.decode(once, attached);
      Must.hold(again.session() == batch.session(), "another session");
      Must.hold(again.ackBelow() == batch.ackBelow(), "another ack_below");
      Must.hold(again.packets().size() == batch.packets().size(), "another number of records");
      Must.hold(carried(again) == carried(batch), "other payloads");
      if (attached.isEmpty() || batch.packets().stream().noneMatch(DecodeTarget::isJoined)) {
        same(again, once, attached);
      }
      more(once, attached, again);
    } catch (MalformedBatchException e) {
      throw new AssertionError("what was encoded cannot be read", e);
    }
    if (!attached.isEmpty()) {
      fewer(once, attached.subList(0, attached.size() - 1));
    }
  }

  private static void same(Batch again, byte[] once, List<byte[]> attached) {
    List<byte[]> second = new ArrayList<>();
    byte[] twice = attached.isEmpty() ? BatchCodec.encode(again) : BatchCodec.encode(again, second);
    Must.hold(Arrays.equals(once, twice), "other bytes the second time");
    Must.hold(second.size() == attached.size(), "other frames the second time");
    for (int i = 0; i < second.size(); i++) {
      Must.hold(second.get(i) == attached.get(i), "frames in another order");
    }
  }

  private static void more(byte[] once, List<byte[]> attached, Batch batch)
      throws MalformedBatchException {
    List<byte[]> more = new ArrayList<>(attached);
    more.add(new byte[1]);
    Must.hold(
        carried(BatchCodec.decode(once, more)) == carried(batch), "a frame of no record is read");
  }

  private static void fewer(byte[] once, List<byte[]> attached) {
    try {
      BatchCodec.decode(once, attached);
    } catch (MalformedBatchException e) {
      return;
    }
    throw new AssertionError("a frame is not missed");
  }

  /** Is written in one piece, which is so large that it gets a frame of its own the next time. */
  private static boolean isJoined(Packet packet) {
    int end = end(packet).length;
    int all = payload(packet).length;
    return end < all && end < LARGE && all >= LARGE;
  }

  private static boolean isOfLaterVersion(Packet packet) {
    return packet instanceof Response response && response.reason() == Reason.UNRECOGNIZED;
  }

  private static byte[] payload(Packet packet) {
    if (packet instanceof Request request) {
      return request.payload();
    }
    return packet instanceof Response response ? response.payload() : FieldReader.NO_BYTES;
  }

  /** The payload, or its tail if it is in two arrays. */
  private static byte[] end(Packet packet) {
    byte[] tail = packet instanceof Request request
        ? request.tail()
        : packet instanceof Response response ? response.tail() : FieldReader.NO_BYTES;
    return tail == FieldReader.NO_BYTES ? payload(packet) : tail;
  }

  private static long carried(Batch batch) {
    long sum = 0;
    for (Packet packet : batch.packets()) {
      sum += payload(packet).length;
      if (packet instanceof Request request) {
        sum += request.metadata().bytes();
      } else if (packet instanceof Response response) {
        sum += response.metadata().bytes() + response.text().length();
      } else if (packet instanceof Welcome welcome) {
        sum += 2L * welcome.services().size();
      }
    }
    return sum;
  }
}
