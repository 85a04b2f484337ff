package io.meshrpc;

import static io.meshrpc.Contract.PAY;
import static io.meshrpc.Contract.READ;
import static io.meshrpc.Contract.client;
import static io.meshrpc.Contract.server;
import static io.meshrpc.RawPeer.LAST;
import static io.meshrpc.api.CallOptions.DEFAULT;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.LoadReport;
import io.meshrpc.api.MeshListener;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.Priority;
import io.meshrpc.wire.Cancel;
import io.meshrpc.wire.Cancelled;
import io.meshrpc.wire.Goaway;
import io.meshrpc.wire.Hello;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Ping;
import io.meshrpc.wire.Pong;
import io.meshrpc.wire.Probe;
import io.meshrpc.wire.ProbeReply;
import io.meshrpc.wire.Reason;
import io.meshrpc.wire.Refusal;
import io.meshrpc.wire.Request;
import io.meshrpc.wire.Response;
import io.meshrpc.wire.Started;
import io.meshrpc.wire.Welcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that send well-formed frames and mean no good, before a server that others need. */
@Timeout(120)
class HostileClientsTest extends HostileStory {
  private static final NodeId NODE = new NodeId(1, 1);
  private static final int METHOD = 1;

  private MeshServerBuilder builder() {
    return server(request -> request).listener(new MeshListener() {
      @Override
      public void onClosedConnection(ClosedConnection connection) {
        closed.add(connection);
      }
    });
  }

  private static Request request(long seq, int method, Metadata metadata, byte[] payload) {
    return new Request(seq, method, 1, 1_000_000, Priority.NORMAL, false, false, metadata, payload);
  }

  private static Request request(long seq) {
    return request(seq, METHOD, Metadata.EMPTY, "x".getBytes(US_ASCII));
  }

  @Test
  void aRequestBeforeTheHelloIsStale() throws Exception {
    begin(builder());
    RawPeer peer = kept(RawPeer.dealer(server));
    peer.say(77, request(1));

    Response answer = peer.await(Response.class);
    assertThat(answer.reason()).isEqualTo(Reason.STALE_SESSION);
    assertThat(answer.execution()).isEqualTo(Execution.NOT_EXECUTED);
    peer.say(0, new Ping(1));
    assertThat(peer.await(Refusal.class).reason()).isEqualTo(Refusal.Reason.UNKNOWN_SESSION);
  }

  @Test
  void moreRequestsInAFrameThanHandlersMayRunNeedNoQueueIfTheseAreShort() throws Exception {
    begin(builder().shortHandlers(READ, PAY).queueCountMax(0));
    RawPeer peer = kept(RawPeer.dealer(server));
    long session = peer.hello(NODE, 1).session();
    Request[] requests = new Request[1000];
    for (int i = 0; i < requests.length; i++) {
      requests[i] = request(i + 1);
    }
    peer.say(session, requests);

    for (Request request : requests) {
      Response answer = peer.await(Response.class);
      assertThat(answer.seq()).isEqualTo(request.seq());
      assertThat(answer.code()).isEqualTo(Code.OK);
    }
  }

  @Test
  void theSameHelloAgainGetsTheSameWelcomeAndAnEarlierOneNothing() throws Exception {
    begin(builder());
    RawPeer peer = kept(RawPeer.dealer(server));
    Welcome first = peer.hello(NODE, 5);

    assertThat(peer.hello(NODE, 5).session()).isEqualTo(first.session());
    peer.say(0, new Hello(NODE, 4, 1, 1, 0, "", 0));
    peer.say(first.session(), new Ping(9));
    assertThat(peer.next()).isEqualTo(new Pong(9));
    long second = peer.hello(NODE, Long.MAX_VALUE).session();
    assertThat(second).isNotEqualTo(first.session());
    peer.say(first.session(), new Ping(10));
    assertThat(peer.await(Refusal.class).reason()).isEqualTo(Refusal.Reason.UNKNOWN_SESSION);
  }

  @Test
  void recordsInTheWrongDirectionAreIgnored() throws Exception {
    begin(builder());
    RawPeer peer = kept(RawPeer.dealer(server));
    long session = peer.hello(NODE, 1).session();
    peer.say(
        session,
        new Welcome(NODE, 1, session, 1, 0, "", List.of(), 1, 1, 0, true),
        new Refusal(Refusal.Reason.NOT_AUTHORIZED, "", 1, 1, 0, 1),
        new Response(
            1,
            1,
            Execution.EXECUTED,
            Code.OK,
            Reason.HANDLER,
            "",
            0,
            0,
            0,
            0,
            Metadata.EMPTY,
            new byte[0]),
        new Cancelled(1, 1, Cancelled.Stage.NOT_STARTED),
        new ProbeReply(1, 1, 1),
        new Pong(1),
        new Goaway("go", 0),
        new Started(1, 1),
        new Ping(9));

    assertThat(peer.next()).isEqualTo(new Pong(9));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, Long.MAX_VALUE - 1, Long.MAX_VALUE})
  void numbersAtTheirLimitsAreNumbersLikeAnyOther(long seq) throws Exception {
    begin(builder());
    RawPeer peer = kept(RawPeer.dealer(server));
    long session = peer.hello(NODE, Long.MAX_VALUE).session();
    peer.say(session, new Cancel(seq, Integer.MAX_VALUE, true));
    assertThat(peer.await(Cancelled.class).stage()).isEqualTo(Cancelled.Stage.NOT_STARTED);
    peer.say(session, request(seq));
    assertThat(peer.await(Response.class).reason()).isEqualTo(Reason.REVOKED);
    peer.say(session, Long.MAX_VALUE, new Probe(-1, Integer.MAX_VALUE));
    assertThat(peer.await(ProbeReply.class).id()).isEqualTo(-1);
    peer.say(session, request(Long.MAX_VALUE));
    assertThat(peer.await(Response.class).seq()).isEqualTo(Long.MAX_VALUE);
    peer.say(session, request(1), new Ping(9)); // below what it has acknowledged
    assertThat(peer.next()).isEqualTo(new Pong(9));
  }

  @Test
  void numberZeroIsRefused() throws Exception {
    begin(builder());
    RawPeer peer = kept(RawPeer.dealer(server));
    long session = peer.hello(NODE, 1).session();
    peer.say(session, request(0));

    assertThat(peer.await(Response.class).reason()).isEqualTo(Reason.MALFORMED_REQUEST);
  }

  @Test
  void anothersSessionIsWorthNothingOnAnotherConnection() throws Exception {
    begin(builder());
    RawPeer victim = kept(RawPeer.dealer(server));
    long session = victim.hello(NODE, 1).session();
    RawPeer thief = kept(RawPeer.client(server, new NodeId(6, 6)));
    thief.say(session, Long.MAX_VALUE, new Cancel(1, 1, false), request(1));

    assertThat(thief.await(Response.class).reason()).isEqualTo(Reason.STALE_SESSION);
    victim.say(session, request(1)); // neither acknowledged nor revoked
    assertThat(victim.await(Response.class).execution()).isEqualTo(Execution.EXECUTED);
  }

  @Test
  void metadataAndPayloadsBeyondTheirLimitsAreRefusedOneByOne() throws Exception {
    begin(builder().requestBytesMax(1000).metadataBytesMax(100));
    RawPeer peer = kept(RawPeer.dealer(server));
    long session = peer.hello(NODE, 1).session();
    List<Metadata.Entry> entries = new ArrayList<>();
    for (int i = 0; i < 200_000; i++) {
      entries.add(new Metadata.Entry("k", new byte[0]));
    }
    peer.say(session, request(1, METHOD, Metadata.of(entries), new byte[0]));
    assertThat(peer.await(Response.class).reason()).isEqualTo(Reason.TOO_LARGE);
    peer.say(session, request(2, METHOD, Metadata.EMPTY, new byte[1001]));
    assertThat(peer.await(Response.class).reason()).isEqualTo(Reason.TOO_LARGE);
    peer.say(session, request(3, METHOD, Metadata.of("k", "v".repeat(99)), new byte[1000]));
    assertThat(peer.await(Response.class).code()).isEqualTo(Code.OK);
  }

  @Test
  void whoSendsAndNeverReadsIsClosedBeforeItFillsTheMemory() throws Exception {
    begin(server(request -> request.startsWith("big") ? "y".repeat(256 << 10) : request)
        .workers(4)
        .unreadBytesMax(8 << 20)
        .listener(new MeshListener() {
          @Override
          public void onClosedConnection(ClosedConnection connection) {
            closed.add(connection);
          }
        }));
    RawPeer peer = kept(RawPeer.dealer(server));
    long session = peer.hello(NODE, 1).session();
    Thread sending = new Thread(() -> {
      try {
        for (int seq = 1; ; seq++) { // until it is closed: an overloaded server sheds many
          peer.say(session, request(seq, METHOD, Metadata.EMPTY, "big".getBytes(US_ASCII)));
        }
      } catch (Exception e) {
        // as it should
      }
    });
    sending.start();

    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> closed.stream().anyMatch(one -> one.reason().contains("does not read")));
    sending.join(20_000);
    assertThat(sending.isAlive()).isFalse();
    assertThat(peer.isEnded(20)).isTrue();
  }

  @Test
  void pingsByTheMillionToOneWhoNeverReadsDoNotFillTheMemoryEither() throws Exception {
    begin(builder().unreadBytesMax(1 << 20));
    RawPeer peer = kept(RawPeer.dealer(server));
    long session = peer.hello(NODE, 1).session();
    Ping[] pings = new Ping[1000];
    for (int i = 0; i < pings.length; i++) {
      pings[i] = new Ping(-1);
    }
    Thread sending = new Thread(() -> {
      try {
        for (int i = 0; i < 10_000; i++) {
          peer.say(session, pings);
        }
      } catch (Exception e) {
        // as it should
      }
    });
    sending.start();

    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> closed.stream().anyMatch(one -> one.reason().contains("does not read")));
    sending.join(20_000);
    assertThat(sending.isAlive()).isFalse();
  }

  @Test
  void whoReadsSlowlyAndLittleIsServed() throws Exception {
    begin(builder().unreadBytesMax(1 << 20));
    RawPeer peer = kept(RawPeer.dealer(server));
    long session = peer.hello(NODE, 1).session();
    for (int seq = 1; seq <= 3000; seq++) { // several times what may wait
      peer.say(session, request(seq, METHOD, Metadata.EMPTY, new byte[2000]));
      assertThat(peer.await(Response.class).seq()).isEqualTo(seq);
    }
    assertThat(closed).isEmpty();
  }

  @Test
  void aNewNodeIdWithEachHelloDoesNotKeepNewClientsOut() throws Exception {
    begin(builder().clientsMax(100));
    RawPeer peer = kept(RawPeer.dealer(server));
    for (int i = 0; i < 1000; i++) {
      long session = peer.hello(new NodeId(5, i), 1).session();
      peer.say(session, new Cancel(1, 1, true)); // so that there is something to remember
    }
    try (MeshClient newcomer = client(server).build()) {
      assertThat(newcomer.call(READ, "let in", DEFAULT)).isEqualTo("let in");
    }
  }

  @Test
  void theTwoThousandthConnectionIsServedAndOneMoreThanTheLimitIsNot() throws Exception {
    begin(builder().connectionsPerAddressMax(2001)); // and the honest one's
    for (int i = 0; i < 2000; i++) {
      kept(RawPeer.dealer(server));
    }
    assertThat(peers.get(1999).hello(NODE, 1)).isNotNull();
    assertThat(closed).isEmpty();
    honest.goOn();

    assertThat(kept(new RawPeer(server)).isEnded(10)).isTrue();
    await().until(() -> closed.size() == 1);
    assertThat(closed.get(0).reason())
        .isEqualTo("connections of the address: 2002 (expected: <= 2001)");
    peers.get(0).close();
    await().until(() -> aPeerIsServed());
  }

  private boolean aPeerIsServed() throws Exception {
    try (RawPeer peer = RawPeer.dealer(server)) {
      return peer.hello(new NodeId(4, 4), 1) != null;
    } catch (java.io.IOException e) {
      return false;
    }
  }

  @Test
  void beyondAllConnectionsOneIsClosedAtOnce() throws Exception {
    begin(builder().connectionsMax(3));
    RawPeer first = kept(RawPeer.dealer(server));
    kept(RawPeer.dealer(server));

    assertThat(kept(new RawPeer(server)).isEnded(10)).isTrue();
    await().until(() -> closed.size() == 1);
    assertThat(closed.get(0).reason()).isEqualTo("connections: 4 (expected: <= 3)");
    assertThat(first.hello(NODE, 1)).isNotNull();
  }

  @Test
  void aFrameOfMoreRecordsThanThereMayBeIsStray() throws Exception {
    begin(builder());
    RawPeer peer = kept(RawPeer.dealer(server));
    long session = peer.hello(NODE, 1).session();
    byte[] empty = new byte[2 * 65_537]; // so many Pings of id 0
    for (int i = 0; i < empty.length; i += 2) {
      empty[i] = 0x6a;
    }
    peer.frame(LAST, empty);
    peer.say(session, new Ping(9));
    assertThat(peer.next()).isEqualTo(new Pong(9));
  }

  @Test
  void requestsByTheThousandLeaveTheQueueWithinItsBounds() throws Exception {
    begin(server(request -> {
          if (request.equals("slow")) {
            Thread.sleep(20);
          }
          return request;
        })
        .workers(2)
        .queueCountMax(50));
    RawPeer peer = kept(RawPeer.dealer(server));
    long session = peer.hello(NODE, 1).session();
    for (int seq = 1; seq <= 2000; seq++) {
      peer.say(session, request(seq, METHOD, Metadata.EMPTY, "slow".getBytes(US_ASCII)));
    }
    int refused = 0;
    for (int i = 0; i < 2000; i++) {
      refused += peer.await(Response.class).execution() == Execution.NOT_EXECUTED ? 1 : 0;
    }
    assertThat(refused).isGreaterThan(1000);
    LoadReport load = server.load();
    assertThat(load.queued()).isLessThanOrEqualTo(52);
  }
}
