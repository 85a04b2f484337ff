package io.meshrpc.core;

import io.meshrpc.api.Code;
import io.meshrpc.api.Idempotency;
import io.meshrpc.api.LoadReport;
import io.meshrpc.api.Marshaller;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.ServiceDescriptor;
import io.meshrpc.fuzz.Draw;
import io.meshrpc.fuzz.Must;
import io.meshrpc.fuzz.Packets;
import io.meshrpc.fuzz.Post;
import io.meshrpc.wire.Batch;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Welcome;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A server among connections that say anything: nothing escapes it, no call runs twice at once, all
 * its tables keep their bounds, and it goes on.
 */
public final class ServerTarget implements ServerOutbox {
  static final MethodDescriptor<byte[], byte[]> READ = method("Read", Idempotency.NO_SIDE_EFFECTS);
  static final MethodDescriptor<byte[], byte[]> PAY = method("Pay", Idempotency.UNSPECIFIED);
  private static final int WORKERS = 2;
  private static final int QUEUE = 6;
  private static final int CLIENTS = 4;
  private static final int REMEMBERED = 4;
  private static final int ROUTES = 6;
  private static final int LARGE = 8 << 10; // a payload in a frame of its own
  private static final long MS = 1_000_000L;
  private static final ServerLimits LIMITS = new ServerLimits(
      WORKERS,
      QUEUE,
      20_000, // two large payloads
      QUEUE,
      CLIENTS,
      LARGE,
      LARGE,
      50,
      REMEMBERED,
      400,
      2000 * MS,
      3000 * MS,
      5 * MS,
      100 * MS,
      0,
      0);

  private final Draw draw;
  private final ServerEngine engine;
  private final List<ServerCall> running = new ArrayList<>();
  private final Set<ServerCall> invoked = new LinkedHashSet<>();
  private final List<Long> tokens = new ArrayList<>(List.of(0L));
  private long now = 1_000_000_000L;
  private int sent;

  private ServerTarget(byte[] bytes) {
    draw = new Draw(bytes);
    engine = new ServerEngine(
        LIMITS,
        new NodeId(9, 9),
        "fuzz",
        List.of(new ServiceDescriptor("fuzz.Desk", List.of(READ, PAY))),
        new SplittableRandom(1),
        this,
        now);
  }

  /** For the fuzzer. */
  public static void fuzzerTestOneInput(byte[] bytes) {
    new ServerTarget(bytes).play();
  }

  private static MethodDescriptor<byte[], byte[]> method(String name, Idempotency idempotency) {
    Marshaller<byte[]> same = new Marshaller<>() {
      @Override
      public byte[] encode(byte[] value) {
        return value;
      }

      @Override
      public byte[] decode(byte[] bytes) {
        return bytes;
      }
    };
    return new MethodDescriptor<>("fuzz.Desk", name, idempotency, same, same);
  }

  private void play() {
    while (!draw.isEmpty()) {
      step();
      check();
    }
    while (!running.isEmpty()) {
      finish(0);
    }
    engine.drain("the end", 0, now);
    engine.tick(now);
    Must.hold(engine.drained(now), "it does not end");
  }

  private void step() {
    switch (draw.below(16)) {
      case 0 -> finish(draw.next());
      case 1 -> finish(0);
      case 2 -> advance(draw.below(200) * 10 * MS);
      case 3 -> advance(draw.count() * MS);
      case 4 -> engine.onDisconnect(draw.below(ROUTES), now);
      case 5 -> {
        if (draw.next() == 255) {
          engine.drain("fuzz", draw.serial(), now);
        }
      }
      default -> batch();
    }
  }

  private void batch() {
    int route = draw.below(ROUTES);
    long session = draw.next() < 230 ? tokens.get(draw.below(tokens.size())) : draw.number();
    long ackBelow = draw.next() < 200 ? 0 : draw.serial();
    List<Packet> packets = new ArrayList<>();
    for (int i = draw.below(4); i >= 0; i--) {
      packets.add(Packets.any(draw));
    }
    int before = sent;
    Post.strange(new Batch(session, ackBelow, null, packets), draw)
        .ifPresent(batch -> engine.onBatch(route, batch, now));
    // each record may be answered, and start or end what waited before
    int most = 2 * packets.size() + QUEUE + 2 * WORKERS;
    Must.hold(sent - before <= 2 * most, "more answers than questions");
  }

  private void finish(int which) {
    if (running.isEmpty()) {
      return;
    }
    ServerCall call = running.remove(which % running.size());
    ServerReply reply = draw.next() > 240
        ? ServerReply.notStarted("no room")
        : new ServerReply(
            draw.flag() ? Code.OK : Code.INTERNAL, "", Metadata.EMPTY, new byte[replyBytes()]);
    engine.onFinished(call, reply, now);
  }

  private int replyBytes() {
    int kind = draw.next();
    return kind < 254 ? kind % 130 : LARGE + kind - 254; // the last is more than there may be
  }

  private void advance(long spanNs) {
    long end = now + spanNs;
    int turns = 0;
    for (long next = engine.nextTick(); next <= end; next = engine.nextTick()) {
      long late = Math.max(next, now);
      now = late == now ? now + 1 : late;
      engine.tick(now);
      if (++turns > 50) { // a sweep each second of a long span is no news
        break;
      }
    }
    now = Math.max(now, end);
    engine.tick(now);
  }

  private void check() {
    LoadReport load = engine.load(now);
    Must.hold(load.running() <= WORKERS, "running: " + load.running());
    Must.hold(
        load.running() == running.size(), "running: " + load.running() + " of " + running.size());
    Must.hold(load.queued() <= QUEUE + WORKERS, "queued: " + load.queued());
    int clients = 0;
    for (ClientSession client : engine.clients()) {
      clients++;
      Must.hold(client.recent.count() <= REMEMBERED, "remembered: " + client.recent.count());
      Must.hold(client.recent.bytes() <= 400, "remembered: " + client.recent.bytes() + " bytes");
      Must.hold(client.active.count() <= QUEUE + 2 * WORKERS, "active: " + client.active.count());
    }
    Must.hold(clients <= CLIENTS, "clients: " + clients);
    invoked.retainAll(running);
  }

  @Override
  public void send(long route, long session, Packet packet) {
    sent++;
    Post.whole(new Batch(session, 0, null, List.of(packet)));
    if (packet instanceof Welcome welcome) {
      Must.hold(welcome.session() != 0, "session 0");
      tokens.add(welcome.session());
      if (tokens.size() > 12) {
        tokens.remove(1);
      }
    }
  }

  @Override
  public void invoke(ServerCall call) {
    Must.hold(invoked.add(call), "a call is started twice");
    for (ServerCall other : running) {
      Must.hold(
          other.seq() != call.seq() || !other.callerId().equals(call.callerId()),
          "two of one number run at once");
    }
    running.add(call);
  }

  @Override
  public void cancelRunning(ServerCall call) {
    Must.hold(running.contains(call), "cancels what does not run");
  }

  @Override
  public void sessionClosed(long route) {}
}
