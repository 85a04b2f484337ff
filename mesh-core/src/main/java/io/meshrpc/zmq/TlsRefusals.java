package io.meshrpc.zmq;

import io.meshrpc.wire.Batch;
import io.meshrpc.wire.BatchCodec;
import io.meshrpc.wire.MalformedBatchException;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Refusal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What nodes with and without TLS say to each other: a {@link Refusal} in the clear, so that the
 * other side knows why. And the connections of a server that were refused. Owned by the loop thread.
 */
final class TlsRefusals {
  static final String TLS_ONLY = "this server speaks TLS only";
  static final String NO_TLS = "this server does not speak TLS";
  static final long SOON_NS = 1_000_000_000L;
  private static final long REFUSE_AGAIN_NS = 1_000_000_000L;

  private final Transport raw;
  private final Links news;
  private final Map<Long, Long> refusedNs = new HashMap<>(); // by route: when it was last told so

  TlsRefusals(Transport raw, Links news) {
    this.raw = raw;
    this.news = news;
  }

  /** What a peer said that has proven nothing: good for a reason and a pause, and for nothing else. */
  record Hint(String words, long retryNs) {}

  boolean contains(long route) {
    return refusedNs.containsKey(route);
  }

  /** Nothing that comes from there is taken any more. */
  void add(long route) {
    refusedNs.put(route, System.nanoTime());
  }

  void forget(long route) {
    refusedNs.remove(route);
  }

  /** Refuses a connection from which something has come, and says so. */
  void refuse(long route, String reason, long retryNs) {
    add(route);
    raw.send(route, frame(reason, retryNs));
    news.onDenied(route, raw.address(route), reason, retryNs);
  }

  /** Whoever was refused and goes on in the clear is told again, but not for every frame. */
  void takeInVain(long route, byte[] frame) {
    news.onStray(raw.address(route), frame.length, "a frame on a connection that was refused");
    boolean due = System.nanoTime() - refusedNs.getOrDefault(route, 0L) > REFUSE_AGAIN_NS;
    if (due && !TlsRecords.isRecord(frame)) {
      add(route);
      raw.send(route, frame(TLS_ONLY, againNs()));
    }
  }

  /** What a peer answers in the clear. */
  static Hint read(byte[] frame) {
    try {
      for (Packet packet : BatchCodec.decode(frame).packets()) {
        if (packet instanceof Refusal refusal) {
          return new Hint(": " + TlsReasons.line(refusal.text()), refusal.retryAfterNs());
        }
      }
      return new Hint("", againNs());
    } catch (MalformedBatchException e) {
      return new Hint(", and not in words of the mesh", againNs());
    }
  }

  /** A refusal as a frame. */
  static byte[] frame(String text, long retryNs) {
    int retryMs = (int) (retryNs / 1_000_000);
    Refusal refusal = new Refusal(Refusal.Reason.NOT_AUTHORIZED, text, 1, 1, retryMs, 0);
    return BatchCodec.encode(new Batch(0, 0, null, List.of(refusal)));
  }

  /** Long enough not to be a burden, and different for each. */
  static long againNs() {
    return ThreadLocalRandom.current().nextLong(10_000_000_000L, 15_000_000_000L);
  }
}
