package io.meshrpc.wire;

import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.LoadReport;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.Priority;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** Batches of any legal values; zeros, small and large numbers are about equally likely. */
final class RandomBatches {
  private final RandomGenerator random;

  RandomBatches(RandomGenerator random) {
    this.random = random;
  }

  Batch next() {
    LoadReport load = random.nextBoolean()
        ? null
        : new LoadReport(count(), count(), count(), count(), span(), span(), count(), span());
    return new Batch(random.nextLong(), serial(), load, some(this::packet));
  }

  private Packet packet() {
    return switch (random.nextInt(13)) {
      case 0 ->
        new Hello(NodeId.random(random), serial(), count(), count(), bits(), text(), span());
      case 1 ->
        new Welcome(
            NodeId.random(random),
            serial(),
            bits(),
            count(),
            bits(),
            text(),
            some(() -> new ServiceEntry(text(), some(() -> new MethodEntry(text(), count())))),
            span(),
            span(),
            span(),
            random.nextBoolean());
      case 2 ->
        new Refusal(any(Refusal.Reason.values()), text(), count(), count(), count(), serial());
      case 3 -> request(bytes());
      case 4 -> response(bytes());
      case 5 -> new Cancel(serial(), count(), random.nextBoolean());
      case 6 -> new Cancelled(serial(), count(), any(Cancelled.Stage.values()));
      case 7 -> new Probe(bits(), count());
      case 8 -> new ProbeReply(bits(), count(), span());
      case 9 -> new Ping(bits());
      case 10 -> new Pong(bits());
      case 11 -> new Goaway(text(), count());
      default -> new Started(serial(), count());
    };
  }

  private Request request(byte[] head) {
    return new Request(
        serial(),
        count(),
        count(),
        span(),
        any(Priority.values()),
        random.nextBoolean(),
        random.nextBoolean(),
        random.nextBoolean(),
        metadata(),
        head,
        0,
        head.length,
        tail());
  }

  private Response response(byte[] head) {
    return new Response(
        serial(),
        count(),
        Ending.of(
            any(Execution.EXECUTED, Execution.NOT_EXECUTED, Execution.UNKNOWN),
            any(Code.values()),
            Reason.values()[random.nextInt(Reason.UNRECOGNIZED.ordinal())],
            text(),
            any(count(), Response.NEVER)),
        span(),
        span(),
        span(),
        metadata(),
        head,
        0,
        head.length,
        tail());
  }

  /** Most have none. */
  private byte[] tail() {
    return random.nextInt(4) == 0 ? bytes() : new byte[0];
  }

  private Metadata metadata() {
    return Metadata.of(some(() -> new Metadata.Entry("key-" + random.nextInt(9), bytes())));
  }

  private <T> List<T> some(Supplier<T> one) {
    return Stream.generate(one).limit(random.nextInt(4)).toList();
  }

  @SafeVarargs
  private <T> T any(T... all) {
    return all[random.nextInt(all.length)];
  }

  private long bits() {
    return random.nextBoolean() ? random.nextLong() : random.nextInt(3);
  }

  private long serial() {
    return random.nextLong() >>> random.nextInt(1, 64);
  }

  private long span() {
    return random.nextLong() >>> random.nextInt(11, 64);
  }

  private int count() {
    return random.nextInt() >>> random.nextInt(1, 32);
  }

  private String text() {
    return any("", "x", "Zürich, 東京, 🛰", "a".repeat(random.nextInt(300)));
  }

  private byte[] bytes() {
    byte[] bytes = new byte[random.nextInt(4) == 0 ? random.nextInt(500) : random.nextInt(4)];
    random.nextBytes(bytes);
    return bytes;
  }
}
