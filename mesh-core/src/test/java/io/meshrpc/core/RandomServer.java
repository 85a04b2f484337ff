package io.meshrpc.core;

import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.LoadReport;
import io.meshrpc.api.Metadata;
import io.meshrpc.wire.Batch;
import io.meshrpc.wire.Cancel;
import io.meshrpc.wire.Cancelled;
import io.meshrpc.wire.Cancelled.Stage;
import io.meshrpc.wire.Goaway;
import io.meshrpc.wire.Hello;
import io.meshrpc.wire.MethodEntry;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Ping;
import io.meshrpc.wire.Pong;
import io.meshrpc.wire.Reason;
import io.meshrpc.wire.Refusal;
import io.meshrpc.wire.Request;
import io.meshrpc.wire.Response;
import io.meshrpc.wire.ServiceEntry;
import io.meshrpc.wire.Welcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** A server that tells the truth, at odd moments: it stalls, loses connections, and starts anew. */
final class RandomServer {
  private static final Reason[] REFUSALS = {
    Reason.QUEUE_FULL,
    Reason.WOULD_MISS_DEADLINE,
    Reason.SHED,
    Reason.DRAINING,
    Reason.UNKNOWN_METHOD,
    Reason.TOO_LARGE,
    Reason.UNRECOGNIZED
  };
  private static final Code[] ERRORS = {Code.INTERNAL, Code.NOT_FOUND, Code.ABORTED};

  /** What this process knows of a call. */
  private static final class Work {
    int attempt;
    boolean running;

    @Nullable
    Response answer;
  }

  final String endpoint;
  final Set<Long> started = new LinkedHashSet<>(); // by any process here
  private final RandomWorld world;
  private final SplittableRandom random;
  private final Map<Long, Work> works = new LinkedHashMap<>(); // of this process
  private final List<Packet> inbox = new ArrayList<>(); // not read yet
  private final List<Packet> outbox = new ArrayList<>(); // not delivered yet
  NodeId node;
  long connection;
  private boolean up;
  private boolean frozen;
  private boolean draining;
  private long session;
  private long epoch;
  private long completed;

  RandomServer(RandomWorld world, String endpoint, SplittableRandom random) {
    this.world = world;
    this.endpoint = endpoint;
    this.random = random;
    this.node = new NodeId(1, random.nextLong());
  }

  /** Whether a call may still run here. */
  boolean mayRun(long seq) {
    Work work = works.get(seq);
    return work != null && work.answer == null;
  }

  void take(long inSession, Packet packet) {
    if (packet instanceof Request request && inSession != session) {
      world.heard(
          node,
          of(
              request.seq(),
              request.attempt(),
              Execution.NOT_EXECUTED,
              Code.UNAVAILABLE,
              Reason.STALE_SESSION,
              0),
          outbox);
    } else {
      inbox.add(packet);
    }
    if (!frozen) {
      read();
    }
  }

  /** One random thing happens. */
  void act() {
    switch (random.nextInt(20)) {
      case 0 -> lose();
      case 1, 2, 3 -> connect();
      case 4 -> frozen = random.nextInt(3) == 0;
      case 5 -> restart();
      case 6 -> goaway();
      case 7 -> forgetSession();
      case 8 -> say(new LoadReport(random.nextInt(5), 1, 4, 0, completed, 0, 0, 0));
      case 9 -> refuse();
      default -> work();
    }
    if (!frozen) {
      read();
    }
    if (random.nextInt(4) != 0) {
      deliver();
    }
  }

  private void connect() {
    if (!up && connection != 0) {
      up = true;
      draining = draining && random.nextBoolean();
      world.engine.onConnected(connection, world.now);
    }
  }

  void connectionOpened(long id) {
    drop();
    connection = id;
  }

  void drop() {
    up = false;
    session = 0;
    inbox.clear();
    outbox.clear();
    connection = 0;
  }

  private void lose() {
    if (up) {
      long lost = connection;
      if (random.nextBoolean()) {
        deliver();
      }
      if (lost == connection) {
        drop();
        connection = lost;
        world.engine.onDisconnected(lost, world.now);
      }
    }
  }

  private void restart() {
    if (random.nextInt(3) == 0) {
      lose();
      works.clear();
      node = new NodeId(1, random.nextLong());
      draining = false;
      frozen = false;
    }
  }

  private void refuse() {
    if (!up && connection != 0 && random.nextInt(3) == 0) {
      world.engine.onConnectRefused(connection, "connection refused", world.now);
    }
  }

  private void goaway() {
    if (session != 0 && random.nextInt(3) == 0) {
      draining = true;
      outbox.add(new Goaway("going", 100));
    }
  }

  private void forgetSession() {
    if (session != 0 && random.nextInt(3) == 0) {
      session = random.nextLong() | 1;
      if (random.nextBoolean()) {
        outbox.add(new Refusal(Refusal.Reason.UNKNOWN_SESSION, "", 1, 1, 0, 0));
      }
    }
  }

  private void read() {
    while (!inbox.isEmpty()) {
      Packet packet = inbox.remove(0);
      if (packet instanceof Hello hello) {
        welcome(hello);
      } else if (packet instanceof Ping ping) {
        outbox.add(new Pong(ping.id()));
      } else if (packet instanceof Request request) {
        admit(request);
      } else if (packet instanceof Cancel cancel) {
        takeBack(cancel);
      }
    }
  }

  private void welcome(Hello hello) {
    if (hello.epoch() >= epoch) {
      session = hello.epoch() > epoch || session == 0 ? random.nextLong() | 1 : session;
      epoch = hello.epoch();
      List<MethodEntry> methods = List.of(new MethodEntry("Read", 1), new MethodEntry("Pay", 2));
      List<ServiceEntry> services = List.of(new ServiceEntry("bench.Bank", methods));
      outbox.add(
          new Welcome(node, epoch, session, 1, 0, "", services, 500, 500, 1 << 30, draining));
    }
  }

  private void admit(Request request) {
    Work known = works.get(request.seq());
    if (known != null) {
      known.attempt = Math.max(known.attempt, request.attempt());
      if (known.answer != null) {
        reply(known, known.answer);
      }
      return;
    }
    if (draining) {
      world.heard(
          node,
          of(
              request.seq(),
              request.attempt(),
              Execution.NOT_EXECUTED,
              Code.UNAVAILABLE,
              Reason.DRAINING,
              0),
          outbox);
      return;
    }
    Work work = new Work();
    work.attempt = request.attempt();
    works.put(request.seq(), work);
  }

  private void takeBack(Cancel cancel) {
    Work work = works.get(cancel.seq());
    Stage stage = work == null || (work.answer == null && !work.running)
        ? Stage.NOT_STARTED
        : work.answer == null ? Stage.RUNNING : Stage.FINISHED;
    if (stage == Stage.NOT_STARTED) {
      works.remove(cancel.seq());
      world.takenBack(node, cancel);
    }
    outbox.add(new Cancelled(cancel.seq(), cancel.attempt(), stage));
  }

  /** Starts or ends or refuses some call, or says something again. */
  private void work() {
    if (frozen || works.isEmpty()) {
      return;
    }
    List<Long> seqs = new ArrayList<>(works.keySet());
    long seq = seqs.get(random.nextInt(seqs.size()));
    Work work = works.get(seq);
    if (work.answer != null) {
      if (random.nextInt(3) == 0) {
        reply(work, work.answer);
      }
    } else if (!work.running && random.nextInt(3) == 0) {
      works.remove(seq);
      Reason reason = REFUSALS[random.nextInt(REFUSALS.length)];
      int pushback = random.nextInt(4) == 0 ? Response.NEVER : random.nextInt(200);
      world.heard(
          node,
          of(seq, work.attempt, Execution.NOT_EXECUTED, Code.RESOURCE_EXHAUSTED, reason, pushback),
          outbox);
    } else if (!work.running) {
      work.running = true;
      started.add(seq);
    } else {
      finish(seq, work);
    }
  }

  private void finish(long seq, Work work) {
    completed++;
    if (random.nextInt(6) == 0) {
      reply(
          work,
          of(
              seq,
              work.attempt,
              Execution.UNKNOWN,
              Code.DEADLINE_EXCEEDED,
              Reason.EXPIRED_RUNNING,
              0));
      return;
    }
    Code code = random.nextInt(4) == 0 ? ERRORS[random.nextInt(ERRORS.length)] : Code.OK;
    work.answer = of(seq, work.attempt, Execution.EXECUTED, code, Reason.HANDLER, 0);
    reply(work, work.answer);
  }

  private void reply(Work work, Response answer) {
    outbox.add(Answers.forAttempt(answer, work.attempt));
  }

  private void deliver() {
    while (up && !outbox.isEmpty()) {
      Packet packet = outbox.remove(0);
      long shown = session;
      world.engine.onBatch(connection, new Batch(shown, 0, null, List.of(packet)), world.now);
    }
  }

  private void say(LoadReport load) {
    if (up && session != 0) {
      world.engine.onBatch(connection, new Batch(session, 0, load, List.of()), world.now);
    }
  }

  private static Response of(
      long seq, int attempt, Execution execution, Code code, Reason reason, int pushbackMs) {
    return new Response(
        seq,
        attempt,
        execution,
        code,
        reason,
        "",
        pushbackMs,
        0,
        0,
        0,
        Metadata.EMPTY,
        new byte[0]);
  }
}
