package io.meshrpc.fuzz;

import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.LoadReport;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.Priority;
import io.meshrpc.wire.Cancel;
import io.meshrpc.wire.Cancelled;
import io.meshrpc.wire.Goaway;
import io.meshrpc.wire.Hello;
import io.meshrpc.wire.MethodEntry;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Ping;
import io.meshrpc.wire.Pong;
import io.meshrpc.wire.Probe;
import io.meshrpc.wire.ProbeReply;
import io.meshrpc.wire.Reason;
import io.meshrpc.wire.Refusal;
import io.meshrpc.wire.Request;
import io.meshrpc.wire.Response;
import io.meshrpc.wire.ServiceEntry;
import io.meshrpc.wire.Started;
import io.meshrpc.wire.Welcome;
import java.util.List;

/** Records drawn from bytes, in any direction. */
public final class Packets {
  private static final Execution[] EXECUTIONS = {
    Execution.UNKNOWN, Execution.EXECUTED, Execution.NOT_EXECUTED
  };

  private static final int LARGE_FROM = 244; // of 256 draws
  private static final int LARGE_BYTES = 8 << 10; // for a frame of its own, with one less and more

  private Packets() {}

  /** Any record, of any kind. */
  public static Packet any(Draw draw) {
    return draw.next() < 200 ? fromClient(draw) : fromServer(draw, 1, draw.serial());
  }

  /** One that a client may send. */
  public static Packet fromClient(Draw draw) {
    return switch (draw.below(10)) {
      case 0 -> hello(draw);
      case 1 -> new Cancel(draw.serial(), draw.count(), draw.flag());
      case 2 -> new Ping(draw.number());
      case 3 -> new Probe(draw.number(), draw.count());
      default -> request(draw);
    };
  }

  /** One that a server may send, about this epoch and a call near this number. */
  public static Packet fromServer(Draw draw, long epoch, long seq) {
    return switch (draw.below(12)) {
      case 0 -> welcome(draw, epoch);
      case 1 -> refusal(draw, epoch);
      case 2 -> new Cancelled(seq, draw.count(), pick(draw, Cancelled.Stage.values()));
      case 3 -> new Pong(draw.number());
      case 4 -> new ProbeReply(draw.number(), draw.count(), draw.serial() & ((1L << 53) - 1));
      case 5 -> new Goaway("going", draw.count());
      case 6 -> new Started(seq, draw.count());
      default -> response(draw, seq);
    };
  }

  /** What a server says of its load. */
  public static LoadReport load(Draw draw) {
    return new LoadReport(
        draw.count(),
        draw.count(),
        draw.count(),
        draw.count(),
        span(draw),
        span(draw),
        draw.count(),
        span(draw));
  }

  private static Hello hello(Draw draw) {
    return new Hello(
        new NodeId(0, draw.below(6)),
        draw.serial(),
        draw.below(3),
        1,
        draw.number(),
        "n",
        span(draw));
  }

  private static Request request(Draw draw) {
    return new Request(
        draw.serial(),
        draw.next() < 230 ? 1 + draw.below(2) : draw.count(),
        draw.count(),
        draw.next() < 200 ? 1_000_000 : span(draw),
        pick(draw, Priority.values()),
        draw.flag(),
        draw.flag(),
        draw.flag(),
        draw.next() < 40 ? Metadata.of("k", "v".repeat(draw.below(60))) : Metadata.EMPTY,
        payload(draw, 60));
  }

  private static Welcome welcome(Draw draw, long epoch) {
    return new Welcome(
        new NodeId(1, draw.below(3)),
        draw.next() < 200 ? epoch : draw.serial(),
        draw.number(),
        draw.count(),
        draw.number(),
        "s",
        List.of(new ServiceEntry(
            "fuzz.Desk",
            List.of(new MethodEntry("Read", 1), new MethodEntry("Pay", draw.count())))),
        span(draw),
        span(draw),
        span(draw),
        draw.next() > 230);
  }

  private static Refusal refusal(Draw draw, long epoch) {
    Refusal.Reason reason = pick(draw, Refusal.Reason.values());
    return new Refusal(
        reason, "no", draw.count(), draw.count(), draw.count(), draw.flag() ? 0 : epoch);
  }

  private static Response response(Draw draw, long seq) {
    return new Response(
        seq,
        draw.next() < 200 ? 1 + draw.below(3) : draw.count(),
        pick(draw, EXECUTIONS),
        draw.flag() ? Code.OK : pick(draw, Code.values()),
        Reason.values()[draw.below(Reason.UNRECOGNIZED.ordinal())],
        "",
        draw.next() < 200 ? 0 : draw.flag() ? Response.NEVER : draw.count(),
        span(draw),
        span(draw),
        span(draw),
        Metadata.EMPTY,
        payload(draw, 20));
  }

  /** Mostly a short one, at times one that is large enough for a frame of its own. */
  private static byte[] payload(Draw draw, int max) {
    int kind = draw.next();
    return kind >= LARGE_FROM ? new byte[LARGE_BYTES + kind % 3 - 1] : draw.take(kind % (max + 1));
  }

  private static long span(Draw draw) {
    return draw.number() & ((1L << 53) - 1);
  }

  private static <T> T pick(Draw draw, T[] all) {
    return all[draw.below(all.length)];
  }
}
