package io.meshrpc.core;

import io.meshrpc.api.Code;
import io.meshrpc.api.LoadReport;
import io.meshrpc.api.Priority;
import io.meshrpc.core.ServerBench.Client;
import io.meshrpc.core.ServerBench.Sent;
import io.meshrpc.wire.Cancel;
import io.meshrpc.wire.Cancelled;
import io.meshrpc.wire.Hello;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Ping;
import io.meshrpc.wire.Probe;
import io.meshrpc.wire.Reason;
import io.meshrpc.wire.Request;
import io.meshrpc.wire.Response;
import io.meshrpc.wire.Welcome;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * One random life of a server: clients that mostly keep to the protocol and strangers that do not,
 * and after every step the promises that must hold. All that a client says of its own calls is
 * honest, save that it cancels what it never sent and guesses sessions.
 */
final class ServerRun {
  private static final long MS = ServerBench.MS;
  private static final int STEPS = 60;
  private static final int CALLS = 12;

  /** What a client has done, and what it may expect. */
  private static final class Model {
    final Client client;
    final int[] attempts = new int[CALLS + 1]; // sent, by seq
    final int[] banned = new int[CALLS + 1]; // attempts that must not run any more
    final boolean[] told = new boolean[CALLS + 1]; // the server has heard of the call
    final Set<Long> started = new HashSet<>();
    final Set<Long> pending = new HashSet<>(); // asked in this session, not answered
    final Set<Long> carried = new HashSet<>(); // ran when an earlier session ended
    boolean live;

    Model(Client client) {
      this.client = client;
    }
  }

  private final Random random;
  private final ServerBench bench;
  private final List<Model> models = new ArrayList<>();
  private final Set<RecentRequests> memories = new LinkedHashSet<>();
  private long lastRoute = 1000;
  private int sentSeen;
  private int startedSeen;
  private int closedSeen;
  private boolean draining;

  ServerRun(long seed) {
    random = new Random(seed);
    bench = new ServerBench(
        new Limits()
            .workers(1 + random.nextInt(3))
            .queueCountMax(random.nextInt(5))
            .queueCountPerMethodMax(1 + random.nextInt(4))
            .queueBytesMax(random.nextInt(300))
            .clientsMax(1 + random.nextInt(4))
            .requestBytesMax(200)
            .replyBytesMax(200)
            .rememberedCountMax(random.nextInt(4))
            .rememberedBytesMax(random.nextInt(500))
            .rememberedAgeNs(2000 * MS)
            .sessionIdleNs((1 + random.nextInt(3)) * 1000 * MS)
            .build(),
        seed);
    for (int i = 0; i < 4; i++) {
      models.add(new Model(bench.newcomer()));
    }
  }

  void play() {
    for (int step = 0; step < STEPS; step++) {
      act();
      look();
    }
    end();
  }

  private void act() {
    Model model = models.get(random.nextInt(models.size()));
    int dice = random.nextInt(100);
    if (dice < 10 || (!model.live && dice < 40)) {
      hello(model, ++lastRoute);
    } else if (dice < 14) {
      hello(model, models.get(random.nextInt(models.size())).client.route);
    } else if (dice < 17) {
      oldHello(model);
    } else if (dice < 21) {
      disconnect(model);
    } else if (dice < 55 && model.live) {
      talk(model);
    } else if (dice < 62) {
      guess(model);
    } else if (dice < 85 && !bench.running.isEmpty()) {
      finish(bench.running.get(random.nextInt(bench.running.size())));
    } else if (dice < 99) {
      bench.pass(random.nextInt(10) == 0 ? random.nextInt(5000) * MS : random.nextInt(30) * MS);
      check(draining || bench.engine.nextTick() > bench.now, "a tick does not do all that is due");
    } else {
      draining = true;
      bench.engine.drain("", 1000 * MS, bench.now);
    }
  }

  // ---- what clients do

  private void hello(Model model, long route) {
    Client client = model.client;
    client.epoch++;
    int from = bench.sent.size();
    bench.batch(route, 0, 0, ServerBench.helloOf(client));
    for (Sent sent : bench.sent.subList(from, bench.sent.size())) {
      if (sent.packet() instanceof Welcome welcome) {
        models.stream().filter(other -> other.client.route == route).forEach(this::ended);
        ended(model);
        client.route = route;
        client.session = welcome.session();
        model.live = true;
      }
    }
  }

  private void oldHello(Model model) {
    if (model.client.epoch > 2) {
      int from = bench.sent.size();
      Hello late = new Hello(model.client.id, 1, 1, 1, 0, "late", 0);
      bench.batch(
          model.client.route,
          0,
          0,
          model.live ? late : new Hello(model.client.id, 0, 1, 1, 0, "malformed", 0));
      check(
          bench.sent.subList(from, bench.sent.size()).stream()
              .noneMatch(sent -> sent.packet() instanceof Welcome),
          "an outdated Hello was welcome");
    }
  }

  private void disconnect(Model model) {
    if (model.live) {
      ended(model);
      bench.disconnect(model.client);
    }
  }

  private void ended(Model model) {
    if (model.live) {
      model.live = false;
      model.pending.clear();
      for (ServerCall call : bench.running) {
        if (call.callerId().equals(model.client.id)) {
          model.carried.add(call.seq());
        }
      }
    }
  }

  /** A batch of the session that is good. */
  private void talk(Model model) {
    List<Packet> packets = new ArrayList<>();
    Set<Long> asked = new HashSet<>();
    int cancels = 0;
    for (int i = random.nextInt(4); i >= 0; i--) {
      int seq = 1 + random.nextInt(CALLS);
      switch (random.nextInt(8)) {
        case 0 -> packets.add(new Ping(seq));
        case 1 -> packets.add(new Probe(seq, random.nextInt(5) - 1));
        case 2, 3 -> {
          cancels++;
          packets.add(cancel(model, seq));
        }
        case 4 -> packets.add(ServerBench.ask(0).build());
        default -> {
          if (seq >= model.client.ackBelow && asked.add((long) seq)) {
            packets.add(0, request(model, seq)); // a batch says its requests first
            model.pending.add((long) seq);
          }
        }
      }
    }
    if (random.nextInt(6) == 0) {
      acknowledge(model, asked, packets);
    }
    int from = bench.sent.size();
    bench.send(model.client, packets.toArray(new Packet[0]));
    long answered = bench.sent.subList(from, bench.sent.size()).stream()
        .filter(sent -> sent.packet() instanceof Cancelled)
        .count();
    check(answered == cancels, cancels + " Cancels got " + answered + " answers");
  }

  private void acknowledge(Model model, Set<Long> asked, List<Packet> packets) {
    long next = model.client.ackBelow + 1;
    boolean open = asked.contains(next - 1) || model.pending.contains(next - 1);
    boolean cancelled =
        packets.stream().anyMatch(packet -> packet instanceof Cancel cancel && cancel.seq() < next);
    if (!open && !cancelled && next <= CALLS) {
      model.client.ackBelow = next;
    }
  }

  private Cancel cancel(Model model, int seq) {
    int attempt = Math.max(1, model.attempts[seq] + random.nextInt(3) - 1);
    model.told[seq] = true;
    return new Cancel(seq, attempt, random.nextBoolean());
  }

  private Request request(Model model, int seq) {
    ServerBench.Ask ask = ServerBench.ask(seq)
        .attempt(++model.attempts[seq])
        .method(random.nextInt(20) == 0 ? ServerBench.UNKNOWN_METHOD : 1 + random.nextInt(2))
        .bytes(random.nextInt(random.nextInt(20) == 0 ? 300 : 100))
        .leftMs(1 + random.nextInt(random.nextInt(5) == 0 ? 10_000 : 60))
        .priority(Priority.values()[random.nextInt(4)]);
    if (isIdempotent(seq)) {
      ask.idempotent();
    }
    if (model.told[seq] || random.nextInt(8) == 0) {
      ask.repeat();
    }
    model.told[seq] = true;
    return ask.build();
  }

  /** A batch of a session that is not good where it comes from. */
  private void guess(Model model) {
    Model other = models.get(random.nextInt(models.size()));
    long route = random.nextBoolean() ? model.client.route : ++lastRoute;
    long session = random.nextBoolean() ? other.client.session : random.nextLong();
    boolean good = models.stream()
        .anyMatch(one -> one.live && one.client.route == route && one.client.session == session);
    if (good) {
      return;
    }
    int from = bench.sent.size();
    int seq = 1 + random.nextInt(CALLS);
    bench.batch(
        route,
        session,
        random.nextInt(20),
        ServerBench.ask(seq).attempt(99).build(),
        new Cancel(seq, 99, random.nextBoolean()),
        new Ping(1),
        ServerBench.ask(seq).attempt(98).repeat().build());
    List<Sent> answers = bench.sent.subList(from, bench.sent.size());
    long stale = answers.stream().filter(sent -> isStale(sent.packet())).count();
    check(stale == 2 && answers.size() == 3, "a stranger was answered with " + answers);
  }

  private void finish(ServerCall call) {
    Code code = random.nextInt(4) == 0 ? Code.INTERNAL : Code.OK;
    byte[] mark = new byte[random.nextInt(20) == 0 ? 300 : 2 + random.nextInt(100)];
    mark[0] = (byte) call.callerId().low();
    mark[1] = (byte) call.seq();
    bench.now += random.nextInt(3) * 5 * MS; // no tick comes between
    bench.finish(call, code, mark);
  }

  private static boolean isStale(Packet packet) {
    return packet instanceof Response response && response.reason() == Reason.STALE_SESSION;
  }

  private static boolean isIdempotent(long seq) {
    return seq % 4 == 0;
  }

  // ---- what must hold

  private void look() {
    for (; startedSeen < bench.started.size(); startedSeen++) {
      onStarted(bench.started.get(startedSeen));
    }
    for (; sentSeen < bench.sent.size(); sentSeen++) {
      onSent(bench.sent.get(sentSeen));
    }
    for (; closedSeen < bench.closedRoutes.size(); closedSeen++) {
      long route = bench.closedRoutes.get(closedSeen);
      models.stream().filter(model -> model.client.route == route).forEach(this::ended);
    }
    LoadReport load = bench.engine.load(bench.now);
    check(load.running() == bench.running.size(), "running: " + load.running());
    check(load.running() <= bench.limits.workers(), "more run than there are workers");
    check(load.queued() >= 0, "queued: " + load.queued());
    check(load.queued() <= bench.limits.queueCountMax(), "queued: " + load.queued());
    check(
        load.queued() == 0 || load.running() == bench.limits.workers(),
        "work waits for a worker that is free");
    for (RecentRequests recent : memories) {
      check(recent.count() <= bench.limits.rememberedCountMax(), "remembered too many");
      check(recent.bytes() <= bench.limits.rememberedBytesMax(), "remembered too much");
      check(recent.bytes() >= 64L * recent.count(), "lost count of what is remembered");
    }
  }

  private void onStarted(ServerCall call) {
    memories.add(call.client.recent);
    Model model = modelOf(call);
    long seq = call.seq();
    check(!draining, "a handler started while draining");
    check(call.deadlineNs() > bench.now, "a handler started after its deadline");
    check(call.attempt() < 98, "a stranger's request was started");
    check(model.live, "work started for a client that is not there");
    check(
        model.started.add(seq) || isIdempotent(seq), "seq " + seq + " started twice for one call");
    check(call.attempt() > model.banned[(int) seq], "seq " + seq + " was taken back and started");
  }

  private void onSent(Sent sent) {
    if (sent.session() == 0) {
      return; // judged where it was provoked
    }
    Model model = models.stream()
        .filter(one -> one.client.session == sent.session())
        .findFirst()
        .orElseThrow(() -> new AssertionError("sent to a session that has ended: " + sent));
    check(model.client.route == sent.route(), "sent to another connection: " + sent);
    check(model.live, "sent to a connection that has ended: " + sent);
    if (sent.packet() instanceof Response response && response.seq() > 0) {
      onResponse(model, response);
    } else if (sent.packet() instanceof Cancelled cancelled) {
      onCancelled(model, cancelled);
    }
  }

  private void onResponse(Model model, Response response) {
    long seq = response.seq();
    boolean ran = model.started.contains(seq);
    check(
        model.pending.remove(seq) | model.carried.remove(seq),
        "answered twice or unasked: " + response);
    check(response.attempt() == model.attempts[(int) seq], "not the latest attempt: " + response);
    switch (response.execution()) {
      case EXECUTED -> {
        check(ran, "executed, but never started: " + response);
        byte[] mark = response.payload();
        boolean own = mark.length > 1 && mark[0] == (byte) model.client.id.low() && mark[1] == seq;
        check(own || response.reason() == Reason.TOO_LARGE, "another's answer: " + response);
      }
      case NOT_EXECUTED ->
        check(!ran || isIdempotent(seq), "started, and yet not executed: " + response);
      default ->
        check(
            response.reason() == Reason.FORGOTTEN || ran,
            "unknown, but never started: " + response);
    }
  }

  private void onCancelled(Model model, Cancelled cancelled) {
    int seq = (int) cancelled.seq();
    boolean ran = model.started.contains(cancelled.seq());
    switch (cancelled.stage()) {
      case NOT_STARTED -> {
        check(!ran || isIdempotent(seq), "started, and yet taken back: " + cancelled);
        model.pending.remove((long) seq);
        model.banned[seq] = Math.max(model.banned[seq], cancelled.attempt());
      }
      case RUNNING -> check(ran, "runs, but never started: " + cancelled);
      case FINISHED -> check(ran && !isIdempotent(seq), "not remembered: " + cancelled);
      default -> check(cancelled.stage() == Cancelled.Stage.FORGOTTEN, "no stage: " + cancelled);
    }
  }

  /** Lets everything end: nobody must be left without an answer, and nothing may be left behind. */
  private void end() {
    while (!bench.running.isEmpty()) {
      finish(bench.running.get(0));
      look();
    }
    for (Model model : models) {
      check(model.pending.isEmpty(), "never answered: " + model.pending);
    }
    check(bench.queued() == 0, "work waits for nobody");
    models.forEach(this::disconnect);
    bench.pass(20_000 * MS);
    check(bench.engine.nextTick() == Long.MAX_VALUE, "a client was never forgotten");
    if (!draining) {
      tryAllOfTheQueue();
    }
  }

  /** Bytes and counts that were not given back would be missing now. */
  private void tryAllOfTheQueue() {
    Client last = bench.client();
    for (int seq = 1; seq <= bench.limits.workers(); seq++) {
      bench.send(last, ServerBench.ask(seq).leftMs(100_000).build());
    }
    for (int seq = 10; seq < 10 + bench.limits.queueCountMax(); seq++) {
      int bytes = seq == 10 ? (int) Math.min(200, bench.limits.queueBytesMax()) : 0;
      int method = 1 + seq % 2;
      bench.send(
          last, ServerBench.ask(seq).method(method).bytes(bytes).leftMs(100_000).build());
    }
    int perMethod = bench.limits.queueCountPerMethodMax();
    int half = bench.limits.queueCountMax() / 2;
    int rest = bench.limits.queueCountMax() - half;
    check(
        bench.queued() == Math.min(half, perMethod) + Math.min(rest, perMethod),
        "the queue takes only " + bench.queued());
  }

  private Model modelOf(ServerCall call) {
    return models.stream()
        .filter(model -> model.client.id.equals(call.callerId()))
        .findFirst()
        .orElseThrow();
  }

  private void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }
}
