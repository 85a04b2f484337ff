package io.meshrpc.examples;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshrpc.api.Execution;
import io.meshrpc.api.RpcException;
import io.meshrpc.testkit.MeshExtension;
import io.meshrpc.testkit.TestServer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * How a user tests a service of their own: the generated stub, their handlers and their database, over
 * a mesh in which a test decides what goes wrong. See docs/guide/testing.md.
 */
class PaymentStoriesTest {
  @RegisterExtension
  final MeshExtension mesh = MeshExtension.create();

  private final Ledger ledger = new Ledger();
  private final TestServer a = mesh.server("a", PaymentsMesh.bind(new PaymentService(ledger)));
  private final PaymentsMesh.Client payments = PaymentsMesh.client(mesh.client("payer"));

  @Test
  void aPaymentWhoseReplyIsLostIsNotMadeTwice() {
    a.nextReply().of(PaymentsMesh.PAY).drop();

    PayReply reply = payments.pay(payment("p1", 500));

    assertThat(reply.getBalanceCents()).isEqualTo(9_500);
    assertThat(a.executions(PaymentsMesh.PAY)).hasSize(1);
  }

  @Test
  void whoDoesNotKnowWhetherItWasPaidCanAsk() {
    a.nextCall().of(PaymentsMesh.PAY).killAfterExecution();

    CompletableFuture<PayReply> reply = payments.payAsync(payment("p1", 500));
    mesh.after(ofSeconds(1), a::start);
    mesh.advance(ofSeconds(3));

    assertThatThrownBy(() -> mesh.await(reply))
        .isInstanceOfSatisfying(
            RpcException.class,
            failure -> assertThat(failure.execution()).isEqualTo(Execution.UNKNOWN));
    assertThat(find("p1")).isTrue();
  }

  @Test
  void aCarefulPayerPaysOnceWhereverTheBankDies() {
    CarefulPayer payer = new CarefulPayer(payments);
    mesh.after(ofMillis(300), a::start);
    a.nextCall().of(PaymentsMesh.PAY).killBeforeExecution();
    payer.pay("p1", 500);

    mesh.after(ofMillis(300), a::start);
    a.nextCall().of(PaymentsMesh.PAY).killAfterExecution();
    payer.pay("p2", 500);

    assertThat(ledger.paid).containsOnlyKeys("p1", "p2");
    assertThat(ledger.refused).as("asked first, so never paid again").isEmpty();
    assertThat(ledger.balanceCents).isEqualTo(9_000);
  }

  @Test
  void aFrozenBankThatWakesUpFindsThatTheLedgerKnowsThePayment() {
    TestServer b = mesh.server("b", PaymentsMesh.bind(new PaymentService(ledger)));
    mesh.advance(ofSeconds(1));
    a.pause(ofSeconds(5));
    b.pause(ofMillis(2_500));

    new CarefulPayer(payments.withDeadline(ofSeconds(2))).pay("p1", 500);
    mesh.advance(ofSeconds(5));

    assertThat(ledger.balanceCents).isEqualTo(9_500);
    assertThat(a.executions(PaymentsMesh.PAY).size()
            + b.executions(PaymentsMesh.PAY).size())
        .as("at most one more, which the ledger refused")
        .isEqualTo(1 + ledger.refused.size());
  }

  @Test
  void aRollingUpdateFailsNoPayment() {
    TestServer b = mesh.server("b", PaymentsMesh.bind(new PaymentService(ledger)));
    a.takes(ofMillis(30));
    b.takes(ofMillis(30));
    List<CompletableFuture<PayReply>> replies = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      String id = "p" + i;
      mesh.after(ofMillis(20L * i), () -> replies.add(payments.payAsync(payment(id, 1))));
    }

    mesh.advance(ofSeconds(1));
    for (TestServer each : List.of(a, b)) {
      each.drain();
      mesh.runUntil(() -> !each.isRunning(), ofSeconds(5));
      each.start();
      mesh.advance(ofSeconds(1));
    }
    mesh.advance(ofSeconds(3));

    assertThat(replies).hasSize(200).allMatch(reply -> !reply.isCompletedExceptionally());
    assertThat(ledger.balanceCents).isEqualTo(9_800);
  }

  private boolean find(String id) {
    return payments
        .findPayment(FindPaymentRequest.newBuilder().setId(id).build())
        .getPaid();
  }

  private static PayRequest payment(String id, long cents) {
    return PayRequest.newBuilder().setId(id).setCents(cents).build();
  }

  /** The user's database, which outlives every process, and takes each payment once. */
  private static final class Ledger {
    final Map<String, Long> paid = new LinkedHashMap<>();
    final List<String> refused = new ArrayList<>();
    long balanceCents = 10_000;

    void book(String id, long cents) {
      if (paid.putIfAbsent(id, cents) != null) {
        refused.add(id);
        return;
      }
      balanceCents -= cents;
    }
  }

  /** The user's service. */
  private static final class PaymentService implements PaymentsMesh.Service {
    private final Ledger ledger;

    PaymentService(Ledger ledger) {
      this.ledger = ledger;
    }

    @Override
    public PayReply pay(PayRequest request) {
      ledger.book(request.getId(), request.getCents());
      return PayReply.newBuilder().setBalanceCents(ledger.balanceCents).build();
    }

    @Override
    public FindPaymentReply findPayment(FindPaymentRequest request) {
      boolean paid = ledger.paid.containsKey(request.getId());
      return FindPaymentReply.newBuilder().setPaid(paid).build();
    }

    @Override
    public GetBalanceReply getBalance(GetBalanceRequest request) {
      return GetBalanceReply.newBuilder().setBalanceCents(ledger.balanceCents).build();
    }
  }

  /** The user's client: does not pay again before it has asked. */
  private static final class CarefulPayer {
    private final PaymentsMesh.Client payments;

    CarefulPayer(PaymentsMesh.Client payments) {
      this.payments = payments;
    }

    void pay(String id, long cents) {
      while (true) {
        try {
          payments.pay(payment(id, cents));
          return;
        } catch (RpcException e) {
          if (e.execution() == Execution.UNKNOWN && isPaid(id)) {
            return;
          }
        }
      }
    }

    private boolean isPaid(String id) {
      return payments
          .findPayment(FindPaymentRequest.newBuilder().setId(id).build())
          .getPaid();
    }
  }
}
