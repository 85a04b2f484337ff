package io.meshrpc.sim;

import io.meshrpc.api.Code;
import io.meshrpc.api.LoadReport;
import io.meshrpc.api.Metadata;
import io.meshrpc.core.ServerCall;
import io.meshrpc.core.ServerEngine;
import io.meshrpc.core.ServerOutbox;
import io.meshrpc.core.ServerReply;
import io.meshrpc.wire.Batch;
import io.meshrpc.wire.Cancelled;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Response;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A server at one endpoint, through all its processes. Drives a real {@link ServerEngine}. */
class SimServer extends SimNode implements ServerOutbox {
  private static final byte[] NOTHING = {};
  private static final double HANDLER_MAX_NS = 20e9;

  private final Outgoing outgoing = new Outgoing();
  private final Door door;
  private final Map<Long, Connection> connections = new LinkedHashMap<>(); // by route
  private final Map<ServerCall, HandlerRun> running = new LinkedHashMap<>();
  private @Nullable ServerEngine engine; // null while no process runs
  private RandomGenerator handlers; // chance of the handlers
  private LoadReport lastLoad = LoadReport.NONE;
  private long lastRoute;
  private boolean silent;
  private boolean failsFast;
  private boolean hangs;
  private double speed = 1;

  SimServer(Sim sim, int index) {
    this(sim, index, "s" + index);
  }

  SimServer(Sim sim, int index, String name) {
    super(sim, index, name);
    this.door = sim.options.door.get();
    this.handlers = sim.streams.of(name() + "/handlers");
  }

  String endpoint() {
    return "sim://" + name();
  }

  /** A new process at the same endpoint; it remembers nothing. */
  void start() {
    if (isAlive()) {
      return;
    }
    RandomGenerator random = begin();
    handlers = sim.streams.of(name() + "/handlers/" + boot());
    silent = false;
    hangs = false;
    engine = newEngine(random);
    sim.trace(Trace.What.BOOTED, null, this, boot(), 0, null);
    for (Connection each : List.copyOf(connections.values())) {
      each.wakeUp(); // what was left half open is reset by the new process
    }
    connections.clear();
  }

  ServerEngine newEngine(RandomGenerator random) {
    return new ServerEngine(
        sim.options.limits(), NodeId.random(random), name(), Sim.SERVICES, random, this, shownNs());
  }

  /** The process ends at once; unless silently, its connections are reset. */
  void crash(boolean silently) {
    if (!isAlive()) {
      return;
    }
    silent = silently;
    for (Connection each : List.copyOf(connections.values())) {
      each.breakDown(!silently, false);
    }
    if (!silently) {
      connections.clear();
    }
    stop();
  }

  /** The process hands back what is queued, lets handlers end within the grace period, and ends. */
  void drain(long graceNs) {
    int before = boot();
    post(nowNs -> {
      ServerEngine live = engine;
      if (live != null && boot() == before) {
        live.drain("the server stops", graceNs, nowNs);
      }
    });
  }

  private void stop() {
    sim.trace(Trace.What.DIED, null, this, boot(), 0, null);
    end();
    engine = null;
    running.clear();
  }

  boolean isSilent() {
    return silent;
  }

  boolean listens() {
    return isAlive();
  }

  void setSpeed(double factor) {
    speed = factor;
  }

  void setFailsFast(boolean fails) {
    failsFast = fails;
  }

  /** Whether handlers end no more; cancelling does not end them either. */
  void setHangs(boolean hang) {
    hangs = hang;
    if (hang) {
      running.values().forEach(run -> run.hangs = true);
    } else {
      freeHandlers();
    }
  }

  int runningCount() {
    return running.size();
  }

  List<Connection> connections() {
    return new ArrayList<>(connections.values());
  }

  @Nullable
  ServerEngine engine() {
    return engine;
  }

  LoadReport lastLoad() {
    return lastLoad;
  }

  /** Handlers that hang end soon. */
  private void freeHandlers() {
    for (HandlerRun run : running.values()) {
      if (run.hangs) {
        run.hangs = false;
        finishIn(run, Chance.betweenNs(handlers, 0, 20_000_000), Code.OK);
      }
    }
  }

  Connection accept(Link link) {
    Connection connection = new Connection(link, this, ++lastRoute);
    connections.put(connection.route, connection);
    return connection;
  }

  void onFrame(Connection from, byte[] frame) {
    if (from.boot == boot() && connections.containsKey(from.route)) {
      sim.trace(
          Trace.What.FRAME_TO_SERVER,
          from.link.client(),
          this,
          from.route,
          Sim.hash(frame),
          sim.describe(this, frame));
      arrive(new Arrival(from.route, frame));
    }
  }

  void onGone(Connection from) {
    if (from.boot == boot()) {
      arrive(new Arrival(from.route, null));
    }
  }

  @Override
  void onArrival(Arrival arrival, long nowNs) {
    ServerEngine live = engine();
    byte[] frame = arrival.frame();
    if (live == null) {
      return;
    }
    if (frame == null) {
      Connection gone = connections.remove(arrival.route());
      if (gone != null) {
        sim.judges.onLost(this, gone);
        sim.trace(Trace.What.GONE, null, this, arrival.route(), 0, null);
        live.onDisconnect(arrival.route(), nowNs);
      }
      return;
    }
    Batch batch = decode(frame);
    if (batch != null) {
      sim.judges.tell(this, connections.get(arrival.route()), batch);
      door.enter(arrival.route(), batch)
          .forEach(each -> live.onBatch(arrival.route(), each, nowNs));
    }
  }

  /** The session that was opened on this connection is no more, and the connection stands. */
  void endSession(Connection connection) {
    int before = boot();
    post(nowNs -> {
      ServerEngine live = engine;
      if (live != null && boot() == before) {
        sim.judges.onLost(this, connection);
        live.onDisconnect(connection.route, nowNs);
      }
    });
  }

  @Override
  void tick(long nowNs) {
    if (engine != null) {
      engine.tick(nowNs);
    }
  }

  @Override
  long nextTickNs() {
    return engine == null ? Long.MAX_VALUE : engine.nextTick();
  }

  @Override
  void flush(long nowNs) {
    ServerEngine live = engine;
    if (live == null) {
      return;
    }
    flushFrames(live, nowNs);
    if (mayEnd(live, nowNs)) {
      connections.values().forEach(Connection::closeByServer);
      connections.clear();
      stop();
    }
  }

  /** What has been noted for sending leaves. */
  void flushFrames(ServerEngine live, long nowNs) {
    if (!outgoing.isEmpty()) {
      lastLoad = live.load(nowNs);
      sim.judges.onLoad(this, lastLoad);
      outgoing.flush(0, lastLoad, (route, frame) -> {
        Connection connection = connections.get(route);
        if (connection != null) {
          put(connection, frame);
        }
      });
    }
  }

  /** A frame leaves. */
  void put(Connection connection, byte[] frame) {
    connection.writeToClient(frame);
  }

  /** Whether a process that drains may end now. */
  boolean mayEnd(ServerEngine live, long nowNs) {
    return live.drained(nowNs);
  }

  /** Notes a record for sending, and no more. */
  void note(long route, long session, Packet packet) {
    outgoing.add(route, session, packet);
  }

  /** The connection of this name; null if it is no longer there. */
  @Nullable
  Connection connection(long route) {
    return connections.get(route);
  }

  @Override
  public void send(long route, long session, Packet packet) {
    note(route, session, packet);
    door.leave(route, packet);
    Connection connection = connections.get(route);
    if (connection == null) {
      return;
    }
    sim.judges.onSaid(this, connection, packet);
    SimClient client = connection.link.client();
    if (packet instanceof Response response) {
      SimCall call = client.call(connection.link.boot(), response.seq());
      if (call != null) {
        sim.judges.onAnswer(this, call, response);
      }
    } else if (packet instanceof Cancelled cancelled) {
      SimCall call = client.call(connection.link.boot(), cancelled.seq());
      if (call != null && cancelled.stage() == Cancelled.Stage.NOT_STARTED) {
        sim.judges.onTakenBack(this, call, cancelled.attempt());
      }
    }
  }

  @Override
  public void invoke(ServerCall serverCall) {
    SimCall call = sim.callOf(serverCall.payload());
    if (call == null) {
      forged(serverCall);
      return;
    }
    HandlerRun run = new HandlerRun(call, serverCall, this, sim.kernel.nowNs());
    running.put(serverCall, run);
    sim.trace(Trace.What.RAN, call.client, this, call.id, run.attempt, null);
    sim.judges.onRun(run);
    call.runs.add(run);
    Options options = sim.options;
    double dice = sim.isHealed() ? 0.5 : handlers.nextDouble(); // the shares are at the two ends
    if (failsFast) {
      finishIn(run, 0, Code.INTERNAL);
    } else if (hangs || dice < options.hangShare) {
      run.hangs = true;
    } else {
      double slow = dice < options.hangShare + options.lateShare ? 10 : 1;
      boolean fails = dice > 1 - options.failShare;
      long spanNs =
          (long) Math.min(HANDLER_MAX_NS, options.service.drawNs(handlers) * slow / speed);
      finishIn(run, spanNs, fails ? Code.INTERNAL : Code.OK);
    }
  }

  /** Damage has made another request of it: it runs for nobody. */
  private void forged(ServerCall serverCall) {
    int before = boot();
    sim.kernel.in(1_000_000, () -> {
      if (before == boot()) {
        post(nowNs -> finish(serverCall, Code.OK, NOTHING, nowNs));
      }
    });
  }

  @Override
  public void cancelRunning(ServerCall serverCall) {
    HandlerRun run = running.get(serverCall);
    if (run != null && run.hangs && !hangs && handlers.nextBoolean()) { // some look, some do not
      run.hangs = false;
      finishIn(run, 1_000_000, Code.CANCELLED);
    }
  }

  @Override
  public void sessionClosed(long route) {
    // the connection is forgotten when it ends
  }

  private void finishIn(HandlerRun run, long spanNs, Code code) {
    int plan = ++run.plans;
    sim.kernel.in(spanNs, () -> {
      if (run.boot != boot() || !isAlive() || run.hangs || run.plans != plan) {
        return;
      }
      post(nowNs -> {
        if (run.ended || run.hangs || run.plans != plan) {
          return; // the process stood still meanwhile, and another end was planned
        }
        byte[] reply = code == Code.OK ? Sim.reply(run.call.id) : NOTHING;
        running.remove(run.serverCall);
        run.ended = true;
        sim.trace(Trace.What.RAN_OUT, run.call.client, this, run.call.id, 0, null);
        finish(run.serverCall, code, reply, nowNs);
      });
    });
  }

  private void finish(ServerCall serverCall, Code code, byte[] payload, long nowNs) {
    if (engine != null) {
      engine.onFinished(serverCall, reply(serverCall.seq(), code, payload), nowNs);
    }
  }

  private static ServerReply reply(long seq, Code code, byte[] payload) {
    if (code != Code.OK) {
      return new ServerReply(code, "the handler failed", Metadata.EMPTY, payload);
    }
    int headBytes = Sim.headBytes(seq, payload);
    byte[] tail = Arrays.copyOfRange(payload, headBytes, payload.length);
    return ServerReply.of(Arrays.copyOf(payload, headBytes), tail, Metadata.EMPTY);
  }
}
