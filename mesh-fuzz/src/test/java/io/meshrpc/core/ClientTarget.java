package io.meshrpc.core;

import io.meshrpc.api.AttemptInterceptor;
import io.meshrpc.api.CallOptions;
import io.meshrpc.api.MeshListener;
import io.meshrpc.api.RetryPolicy;
import io.meshrpc.fuzz.Draw;
import io.meshrpc.fuzz.Must;
import io.meshrpc.fuzz.Packets;
import io.meshrpc.fuzz.Post;
import io.meshrpc.policy.LeastLoaded;
import io.meshrpc.policy.LivenessSettings;
import io.meshrpc.wire.Batch;
import io.meshrpc.wire.Hello;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Request;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A client among servers that say anything: nothing escapes it, each call ends once and in time, and
 * nothing of it is left.
 */
public final class ClientTarget implements ClientOutbox {
  private static final int SERVERS = 3;
  private static final int LARGE = 8 << 10; // a payload in a frame of its own
  private static final int CALLS_MAX = 40;
  private static final long TIMEOUT_NS = 2_000_000_000L;
  private static final long MS = 1_000_000L;

  private final Draw draw;
  private final ClientEngine engine;
  private final List<Long> peers = new ArrayList<>(List.of(0L));
  private final List<ClientCall> calls = new ArrayList<>();
  private final Set<ClientCall> completed = new LinkedHashSet<>();
  private long now = 1_000_000_000L;
  private long epoch = 1;
  private long seq = 1;

  private ClientTarget(byte[] bytes) {
    draw = new Draw(bytes);
    engine = new ClientEngine(
        new ClientLimits(LARGE, LARGE),
        LivenessSettings.DEFAULTS,
        new NodeId(7, 7),
        "fuzz",
        new LeastLoaded(),
        AttemptInterceptor.NONE,
        new SplittableRandom(1),
        this);
    for (int i = 0; i < SERVERS; i++) {
      engine.connect("tcp://s" + i + ":1", now);
    }
    engine.tick(now);
  }

  /** For the fuzzer. */
  public static void fuzzerTestOneInput(byte[] bytes) {
    new ClientTarget(bytes).play();
  }

  private void play() {
    while (!draw.isEmpty()) {
      step();
      engine.tick(now);
      Must.hold(engine.peers(now).size() <= SERVERS, "servers out of nothing");
      Must.hold(completed.size() <= calls.size(), "calls out of nothing");
    }
    advance(TIMEOUT_NS + 1000 * MS, 200_000);
    Must.hold(completed.size() == calls.size(), "a call has not ended");
    Must.hold(engine.inFlight() == 0, "in flight: " + engine.inFlight());
  }

  private void step() {
    switch (draw.below(16)) {
      case 0, 1 -> start();
      case 2 -> {
        if (!calls.isEmpty()) {
          engine.cancel(calls.get(draw.below(calls.size())), now);
        }
      }
      case 3 -> advance(draw.below(200) * MS, 10_000);
      case 4, 5 -> engine.onConnected(peer(), now);
      case 6 -> {
        if (draw.flag()) {
          engine.onDisconnected(peer(), now);
        } else {
          engine.onConnectRefused(peer(), "connection refused", now);
        }
      }
      default -> batch();
    }
  }

  private void start() {
    if (calls.size() < CALLS_MAX) {
      CallOptions options = CallOptions.DEFAULT.withWaitForReady(draw.flag());
      ClientCall call = new ClientCall(
          draw.flag() ? ServerTarget.READ : ServerTarget.PAY,
          payload(),
          options,
          RetryPolicy.DEFAULT,
          TIMEOUT_NS,
          "ticket");
      calls.add(call);
      engine.start(call, now);
    }
  }

  private byte[] payload() {
    int kind = draw.next();
    return kind == 255 ? new byte[LARGE] : draw.take(kind % 61);
  }

  private long peer() {
    return draw.next() < 240 ? peers.get(draw.below(peers.size())) : draw.number();
  }

  private void batch() {
    List<Packet> packets = new ArrayList<>();
    for (int i = draw.below(4); i >= 0; i--) {
      long of = draw.next() < 220 ? Math.max(1, seq - draw.below(4)) : draw.serial();
      packets.add(
          draw.next() < 240 ? Packets.fromServer(draw, epoch, of) : Packets.fromClient(draw));
    }
    Batch batch = new Batch(
        draw.flag() ? 0 : draw.number(),
        draw.serial(),
        draw.flag() ? Packets.load(draw) : null,
        packets);
    long from = peer();
    Post.strange(batch, draw).ifPresent(came -> engine.onBatch(from, came, now));
  }

  private void advance(long spanNs, int turnsMax) {
    long end = now + spanNs;
    long next;
    int turns = 0;
    while ((next = Math.max(engine.nextTick(), now + 1)) <= end) {
      now = next;
      engine.tick(now);
      Must.hold(++turns < turnsMax, "the loop turns without end");
    }
    now = end;
    engine.tick(now);
  }

  @Override
  public void send(long peer, long session, Packet packet) {
    Post.whole(new Batch(session, 0, null, List.of(packet)));
    if (packet instanceof Hello hello) {
      epoch = hello.epoch();
    } else if (packet instanceof Request request) {
      seq = request.seq();
    }
  }

  @Override
  public void connect(long peer, String endpoint) {
    peers.add(peer);
    if (peers.size() > 8) {
      peers.remove(1);
    }
  }

  @Override
  public void disconnect(long peer) {}

  @Override
  public void complete(ClientCall call) {
    Must.hold(completed.add(call), "a call ends twice");
  }

  @Override
  public void transition(MeshListener.Transition transition) {}
}
