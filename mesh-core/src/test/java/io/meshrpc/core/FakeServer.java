package io.meshrpc.core;

import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.LoadReport;
import io.meshrpc.api.Metadata;
import io.meshrpc.wire.Batch;
import io.meshrpc.wire.Cancel;
import io.meshrpc.wire.Cancelled;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The far side of a {@link ClientBench}: notes what it gets, and says what the test wants. */
final class FakeServer {
  private static long nodes = 100;

  final String endpoint;
  final List<Packet> got = new ArrayList<>();
  private final ClientBench bench;
  private final List<Ping> pings = new ArrayList<>();
  NodeId node = new NodeId(1, ++nodes);
  boolean frozen; // does not answer pings
  int connects;
  long connection;
  long session;
  long lastSession = 1000;
  long epoch;

  FakeServer(ClientBench bench, String endpoint) {
    this.bench = bench;
    this.endpoint = endpoint;
  }

  void opened(long id) {
    connection = id;
    connects++;
  }

  void take(long inSession, Packet packet) {
    got.add(packet);
    if (packet instanceof Hello hello) {
      epoch = hello.epoch();
    } else if (packet instanceof Ping ping && inSession == session) {
      pings.add(ping);
    }
  }

  /** The connection comes up, and the server welcomes the client. */
  FakeServer accept(Duration uptime) {
    bench.engine.onConnected(connection, bench.now);
    return welcome(uptime, false);
  }

  FakeServer accept() {
    return accept(Duration.ofHours(1));
  }

  FakeServer welcome(Duration uptime, boolean draining) {
    session = ++lastSession;
    pings.clear();
    List<MethodEntry> methods = List.of(new MethodEntry("Read", 1), new MethodEntry("Pay", 2));
    List<ServiceEntry> services = List.of(new ServiceEntry("bench.Bank", methods));
    long upMs = uptime.toMillis();
    say(
        0,
        null,
        new Welcome(node, epoch, session, 1, 0, endpoint, services, 500, 500, upMs, draining));
    return this;
  }

  /** Another process takes this one's place; the connection of the old one is lost. */
  FakeServer restart() {
    lose();
    node = new NodeId(1, ++nodes);
    return this;
  }

  /** The connection is reset. */
  void lose() {
    session = 0;
    pings.clear();
    bench.engine.onDisconnected(connection, bench.now);
  }

  /** Nobody listens. */
  void refuse() {
    bench.engine.onConnectRefused(connection, "connection refused", bench.now);
  }

  void refuse(Refusal.Reason reason, int retryAfterMs) {
    say(0, null, new Refusal(reason, "no", 1, 1, retryAfterMs, epoch));
  }

  void say(Packet packet) {
    say(session, null, packet);
  }

  void say(long inSession, @Nullable LoadReport load, Packet... packets) {
    bench.engine.onBatch(connection, new Batch(inSession, 0, load, List.of(packets)), bench.now);
  }

  void load(int queued, long completed) {
    load(queued, completed, bench.now / 1_000_000);
  }

  /** As of this moment of its own. */
  void load(int queued, long completed, long uptimeMs) {
    say(session, new LoadReport(queued, 1, 4, 0, completed, uptimeMs, 0, 0));
  }

  /** So many of four workers are busy. */
  FakeServer busy(int workers) {
    say(session, new LoadReport(0, workers, 4, 0, 0, 0, 0, 0));
    return this;
  }

  void goaway() {
    say(new Goaway("going", 1000));
  }

  void answerPings() {
    while (!frozen && session != 0 && !pings.isEmpty()) {
      say(new Pong(pings.remove(0).id()));
    }
  }

  List<Request> requests() {
    return all(Request.class);
  }

  Request lastRequest() {
    return requests().get(requests().size() - 1);
  }

  List<Cancel> cancels() {
    return all(Cancel.class);
  }

  <T extends Packet> List<T> all(Class<T> kind) {
    return got.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  void ok(Request request) {
    answer(request, Execution.EXECUTED, Code.OK, Reason.HANDLER, 0);
  }

  void fail(Request request, Code code) {
    answer(request, Execution.EXECUTED, code, Reason.HANDLER, 0);
  }

  void turnAway(Request request, Reason reason, int pushbackMs) {
    Code code = reason == Reason.DRAINING ? Code.UNAVAILABLE : Code.RESOURCE_EXHAUSTED;
    answer(request, Execution.NOT_EXECUTED, code, reason, pushbackMs);
  }

  void answer(Request request, Execution execution, Code code, Reason reason, int pushbackMs) {
    say(new Response(
        request.seq(),
        request.attempt(),
        execution,
        code,
        reason,
        code == Code.OK ? "" : "because",
        pushbackMs,
        0,
        0,
        0,
        Metadata.EMPTY,
        new byte[1]));
  }

  void cancelled(Request request, Cancelled.Stage stage) {
    say(new Cancelled(request.seq(), request.attempt(), stage));
  }
}
