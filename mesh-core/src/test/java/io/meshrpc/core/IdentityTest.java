package io.meshrpc.core;

import static io.meshrpc.core.ServerBench.MS;
import static io.meshrpc.core.ServerBench.PAY;
import static io.meshrpc.core.ServerBench.QUOTE;
import static io.meshrpc.core.ServerBench.SECOND;
import static io.meshrpc.core.ServerBench.ask;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.Code;
import io.meshrpc.api.PeerIdentity;
import io.meshrpc.core.ServerBench.Client;
import io.meshrpc.wire.Cancel;
import io.meshrpc.wire.Refusal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is a client's own stays so: its node id, its calls, its answers, its permissions. */
class IdentityTest {
  private static final PeerIdentity ANN = PeerIdentity.tls(List.of("ann.test"), "dns:ann.test");
  private static final PeerIdentity EVE = PeerIdentity.tls(List.of("eve.test"), "dns:eve.test");

  private final Map<Long, PeerIdentity> proven = new HashMap<>(); // by route
  private int denied;
  private final ServerBench bench = new ServerBench(
      new Limits().workers(1).build(),
      new Gate(
          route -> proven.getOrDefault(route, PeerIdentity.NONE),
          (caller, method) -> !caller.equals(EVE) || method.name().equals("Quote"),
          () -> denied++));

  /** A client of this node id on a connection of its own, as whoever it has proven to be. */
  private Client comes(Client like, PeerIdentity identity) {
    Client client = new Client(like.id);
    client.epoch = like.epoch;
    long route = bench.nextRoute();
    proven.put(route, identity);
    bench.connect(client);
    assertThat(client.route).isEqualTo(route);
    return client;
  }

  private Client ann() {
    return comes(bench.newcomer(), ANN);
  }

  private Refusal onlyRefusalTo(Client client) {
    List<Refusal> all = bench.packetsTo(client, Refusal.class);
    assertThat(all).hasSize(1);
    return all.get(0);
  }

  @Test
  void nobodyOpensASessionUnderTheNodeIdOfAnother() {
    Client ann = ann();

    Client eve = comes(ann, EVE);

    Refusal refusal = onlyRefusalTo(eve);
    assertThat(refusal.reason()).isEqualTo(Refusal.Reason.NOT_AUTHORIZED);
    assertThat(refusal.epoch()).isEqualTo(eve.epoch);
    assertThat(refusal.retryAfterMs()).isGreaterThanOrEqualTo(10_000);
    assertThat(eve.session).isZero();

    bench.request(ann, 1); // ann's session is none the worse for it
    assertThat(bench.startedSeqs()).containsExactly(1L);
  }

  @Test
  void nobodyWithoutProofTakesTheNodeIdOfSomebodyKnown() {
    Client ann = ann();

    Client nobody = comes(ann, PeerIdentity.NONE);

    assertThat(onlyRefusalTo(nobody).reason()).isEqualTo(Refusal.Reason.NOT_AUTHORIZED);
  }

  @Test
  void aSessionNumberIsOfNoUseOnTheConnectionOfAnother() {
    Client ann = ann();
    bench.request(ann, 1, 2);
    Client eve = comes(bench.newcomer(), EVE);
    eve.session = ann.session; // guessed, or seen somewhere

    bench.send(eve, new Cancel(2, 1, false), ask(3).build());

    assertThat(bench.answersTo(eve)).containsExactly("3 NOT_EXECUTED STALE_SESSION");
    assertThat(bench.cancelledTo(eve)).isEmpty();
    bench.finishAll();
    assertThat(bench.startedSeqs()).containsExactly(1L, 2L);
  }

  @Test
  void rememberedAnswersGoToTheirOwnersOnly() {
    Client ann = ann();
    bench.request(ann, 1);
    bench.finishAll();
    bench.disconnect(ann);

    Client eve = comes(ann, EVE);
    bench.send(eve, ask(1).attempt(2).repeat().build());
    assertThat(bench.answersTo(eve)).containsExactly("1 NOT_EXECUTED STALE_SESSION");

    Client back = comes(eve, ANN);
    bench.send(back, ask(1).attempt(2).repeat().build());
    assertThat(bench.answersTo(back)).containsExactly("1 EXECUTED HANDLER");
    assertThat(bench.started).hasSize(1);
  }

  @Test
  void evenAForgottenClientsNumbersAreHeldAgainstItAlone() {
    Client ann = ann();
    bench.request(ann, 1);
    bench.finishAll();
    bench.disconnect(ann);
    for (int i = 0; i < 130; i++) {
      bench.pass(SECOND); // it is idle, its answer too old
    }

    Client eve = comes(ann, EVE);
    assertThat(onlyRefusalTo(eve).reason()).isEqualTo(Refusal.Reason.NOT_AUTHORIZED);

    Client back = comes(eve, ANN);
    bench.send(back, ask(1).attempt(2).repeat().build());
    assertThat(bench.answersTo(back)).containsExactly("1 UNKNOWN FORGOTTEN");
  }

  @Test
  void aRenewedCertificateIsTheSameIdentity() {
    PeerIdentity renewed = PeerIdentity.tls(List.of("ann.test"), "dns:ann.test");
    Client ann = ann();
    bench.request(ann, 1);
    bench.finishAll();
    bench.disconnect(ann);

    Client back = comes(ann, renewed);
    bench.send(back, ask(1).attempt(2).repeat().build());

    assertThat(bench.answersTo(back)).containsExactly("1 EXECUTED HANDLER");
  }

  @Test
  void aDeniedCallIsRefusedBeforeTheQueueAndItsHandlerNeverRuns() {
    Client eve = comes(bench.newcomer(), EVE);
    bench.send(eve, ask(1).method(QUOTE).build()); // takes the only worker

    bench.send(eve, ask(2).method(PAY).build());

    var answer = bench.packetsTo(eve, io.meshrpc.wire.Response.class).get(0);
    assertThat(answer.code()).isEqualTo(Code.PERMISSION_DENIED);
    assertThat(bench.answersTo(eve)).containsExactly("2 NOT_EXECUTED NOT_AUTHORIZED");
    assertThat(answer.text()).isEqualTo("TLS eve.test may not call bench.Bank/Pay");
    assertThat(bench.queued()).isZero();
    assertThat(denied).isEqualTo(1);
    bench.pass(10 * MS);
    bench.finishAll();
    assertThat(bench.startedSeqs()).containsExactly(1L);
  }

  @Test
  void handlersLearnWhoCalls() {
    bench.request(ann(), 1);

    assertThat(bench.started.get(0).peer()).isEqualTo(ANN);
  }
}
