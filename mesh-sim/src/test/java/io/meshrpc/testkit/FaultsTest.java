package io.meshrpc.testkit;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.PeerState;
import io.meshrpc.api.RpcException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Each fault does what it says. */
class FaultsTest {
  @RegisterExtension
  final MeshExtension mesh = MeshExtension.create();

  private final TestServer a = mesh.server("a", Shop.echo());
  private final TestClient c = mesh.client("c");

  @Test
  void withoutFaultsACallTakesTwoFlightsAndTheHandlersTime() {
    a.takes(ofMillis(50));
    mesh.advance(ofSeconds(1));
    Duration before = mesh.now();

    assertThat(Shop.buy(c, "tea")).isEqualTo("tea");

    assertThat(mesh.now().minus(before)).isBetween(ofMillis(50), ofMillis(53));
    assertThat(a.requests(Shop.BUY)).containsExactly("tea");
  }

  @Test
  void aProcessKilledAfterExecutionHasRunAndLeavesTheCallerUnknowing() {
    a.nextCall().killAfterExecution();

    CompletableFuture<String> reply = Shop.buyAsync(c, "tea");
    mesh.advance(ofSeconds(3));
    assertThat(a.isRunning()).isFalse();
    a.start();
    mesh.advance(ofSeconds(3));

    assertThat(failure(reply).execution()).isEqualTo(Execution.UNKNOWN);
    assertThat(a.executions(Shop.BUY)).singleElement().matches(Run::hasEnded);
  }

  @Test
  void aProcessKilledBeforeExecutionHasNotRunAndTheCallerCannotKnowThat() {
    a.nextCall().killBeforeExecution();

    CompletableFuture<String> reply = Shop.buyAsync(c, "tea");
    mesh.advance(ofSeconds(1));
    a.start();
    mesh.advance(ofSeconds(3));

    assertThat(failure(reply).execution()).isEqualTo(Execution.UNKNOWN);
    assertThat(a.executions()).isEmpty();
  }

  @Test
  void anIdempotentCallOfAKilledProcessMovesToAnotherServer() {
    TestServer b = mesh.server("b", Shop.echo());
    a.nextCall().killAfterExecution();
    b.nextCall().killAfterExecution();
    mesh.after(ofMillis(200), a::start);

    assertThat(Shop.look(c, "tea")).isEqualTo("tea");
    assertThat(a.executions().size() + b.executions().size()).isGreaterThanOrEqualTo(2);
  }

  @Test
  void aDroppedRequestBreaksTheConnectionAndIsAskedAgain() {
    mesh.advance(ofSeconds(1));
    a.nextRequest().drop();

    assertThat(Shop.buy(c, "tea")).isEqualTo("tea");

    assertThat(a.executions())
        .singleElement()
        .matches(run -> run.attempt() == 2, "the second attempt, for the first was lost");
    assertThat(mesh.trace()).anyMatch(line -> line.contains("asked again"));
  }

  @Test
  void aDroppedReplyIsGivenOnceMoreWithoutAnotherExecution() {
    a.nextReply().drop();

    assertThat(Shop.buy(c, "tea")).isEqualTo("tea");

    assertThat(a.executions()).hasSize(1);
    assertThat(mesh.trace()).anyMatch(line -> line.contains("asked again"));
  }

  @Test
  void droppedRepliesAreCountedAndFilteredByMethod() {
    a.nextReplies(2).of(Shop.BUY).drop();

    assertThat(Shop.look(c, "tea")).isEqualTo("tea");
    assertThat(mesh.trace()).noneMatch(line -> line.contains("asked again"));
    assertThat(Shop.buy(c, "tea")).isEqualTo("tea");

    assertThat(
            mesh.trace().stream().filter(line -> line.contains("asked again")).count())
        .isEqualTo(2);
    assertThat(a.executions(Shop.BUY)).hasSize(1);
  }

  @Test
  void aDelayedRequestHoldsUpWhatFollowsOnItsConnection() {
    mesh.advance(ofSeconds(1));
    Duration before = mesh.now();
    a.nextRequest().matching(method -> method.name().equals("Look")).delay(ofMillis(300));

    CompletableFuture<String> first = Shop.lookAsync(c, "tea");
    CompletableFuture<String> second = Shop.buyAsync(c, "rice");
    mesh.await(first);
    mesh.await(second);

    assertThat(a.executions())
        .hasSize(2)
        .allMatch(run -> run.started().minus(before).compareTo(ofMillis(300)) > 0);
  }

  @Test
  void aDelayedReplyComesLateAndTheHandlerHasNotRunLonger() {
    mesh.advance(ofSeconds(1));
    Duration before = mesh.now();
    a.nextReply().delay(ofMillis(200));

    Shop.buy(c, "tea");

    assertThat(mesh.now().minus(before)).isBetween(ofMillis(200), ofMillis(203));
    assertThat(a.executions().get(0).ended().minus(before)).isLessThan(ofMillis(3));
  }

  @Test
  void aDuplicatedRequestRunsAgainOnlyIfItIsIdempotent() {
    a.nextRequests(2).duplicate(ofMillis(100));

    Shop.buy(c, "tea");
    Shop.look(c, "rice");
    mesh.advance(ofSeconds(1));

    assertThat(a.requests(Shop.BUY)).containsExactly("tea");
    assertThat(a.requests(Shop.LOOK)).containsExactly("rice", "rice");
  }

  @Test
  void aDuplicatedReplyIsTakenOnce() {
    a.nextReply().duplicate();
    int[] heard = {0};

    CompletableFuture<String> reply = Shop.buyAsync(c, "tea").thenApply(text -> {
      heard[0]++;
      return text;
    });
    mesh.advance(ofSeconds(1));

    assertThat(reply).isCompletedWithValue("tea");
    assertThat(heard[0]).isEqualTo(1);
  }

  @Test
  void aCrashedServerIsNoticedAtOnceAndIsBackWhenItStarts() {
    mesh.advance(ofSeconds(1));
    a.crash();
    mesh.advance(ofSeconds(1));
    assertThat(c.peers().get(0).state()).isEqualTo(PeerState.DOWN);

    a.start();
    mesh.advance(ofSeconds(3));

    assertThat(c.peers().get(0).state()).isIn(PeerState.WARMING, PeerState.UP);
    assertThat(Shop.look(c, "tea")).isEqualTo("tea");
  }

  @Test
  void aVanishedServerIsNoticedByItsSilence() {
    mesh.advance(ofSeconds(1));
    a.vanish();
    mesh.advance(ofMillis(100));
    assertThat(c.peers().get(0).state()).isEqualTo(PeerState.WARMING);

    mesh.advance(ofSeconds(3));

    assertThat(c.peers().get(0).state()).isEqualTo(PeerState.DOWN);
  }

  @Test
  void aPausedServerRunsNothingUntilItGoesOn() {
    mesh.advance(ofSeconds(1));
    a.pause();
    CompletableFuture<String> reply = Shop.buyAsync(c, "tea");
    mesh.advance(ofSeconds(1));
    assertThat(a.executions()).isEmpty();
    assertThat(c.peers().get(0).state()).isEqualTo(PeerState.SUSPECT);

    a.resume();
    mesh.advance(ofSeconds(1));

    assertThat(reply).isCompletedWithValue("tea");
    assertThat(a.executions()).hasSize(1);
  }

  @Test
  void aServerThatIsPausedForASpanGoesOnByItself() {
    mesh.advance(ofSeconds(1));
    a.takes(ofMillis(100));
    CompletableFuture<String> reply = Shop.buyAsync(c, "tea");
    mesh.advance(ofMillis(50));
    a.pause(ofMillis(500));

    mesh.await(reply);

    assertThat(mesh.now()).isBetween(ofMillis(1550), ofMillis(1560));
  }

  @Test
  void aPausedClientHearsOfItsRepliesWhenItGoesOn() {
    mesh.advance(ofSeconds(1));
    CompletableFuture<String> reply = Shop.buyAsync(c, "tea");
    mesh.runUntil(() -> !a.executions().isEmpty(), ofSeconds(1));
    c.pause();
    mesh.advance(ofSeconds(1));
    assertThat(reply).isNotDone();

    c.resume();
    mesh.advance(ofMillis(10));

    assertThat(reply).isCompletedWithValue("tea");
  }

  @Test
  void aCutOfRepliesLetsRequestsRun() {
    mesh.advance(ofSeconds(1));
    mesh.cut(a, c);

    CompletableFuture<String> reply = Shop.buyAsync(c, "tea");
    mesh.advance(ofMillis(500));
    assertThat(a.executions()).hasSize(1);
    assertThat(reply).isNotDone();

    mesh.heal();
    mesh.advance(ofSeconds(5));
    assertThat(reply).isCompletedWithValue("tea");
    assertThat(a.executions()).hasSize(1);
  }

  @Test
  void aPartitionLetsNothingPass() {
    mesh.advance(ofSeconds(1));
    mesh.partition(a, c);

    CompletableFuture<String> reply =
        c.callAsync(Shop.BUY, "tea", CallOptions.DEFAULT.withDeadline(ofSeconds(5)));
    mesh.advance(ofSeconds(6));

    assertThat(a.executions()).isEmpty();
    RpcException failure = failure(reply);
    assertThat(failure.code()).isIn(Code.DEADLINE_EXCEEDED, Code.UNAVAILABLE);
    assertThat(failure.execution()).isEqualTo(Execution.UNKNOWN);
  }

  @Test
  void aCutConcernsThoseTwoOnly() {
    TestClient other = mesh.client("other");
    mesh.cut(c, a);

    assertThat(Shop.look(other, "tea")).isEqualTo("tea");
    CompletableFuture<String> reply = Shop.lookAsync(c, "tea");
    mesh.advance(ofSeconds(1));
    assertThat(reply).isNotDone();
  }

  @Test
  void aResetConnectionIsMadeAgain() {
    mesh.advance(ofSeconds(1));
    a.takes(ofMillis(100));
    CompletableFuture<String> reply = Shop.buyAsync(c, "tea");
    mesh.advance(ofMillis(50));

    mesh.reset(c, a);
    mesh.await(reply);

    assertThat(a.executions()).hasSize(1);
    assertThat(mesh.trace()).anyMatch(line -> line.contains("asked again"));
  }

  @Test
  void aBlackHoleIsNoticedBySilenceAndLeftBehind() {
    mesh.advance(ofSeconds(1));
    mesh.blackHole(c, a);
    CompletableFuture<String> reply = Shop.lookAsync(c, "tea");
    mesh.advance(ofSeconds(1));
    assertThat(reply).isNotDone();
    assertThat(c.peers().get(0).state()).isEqualTo(PeerState.SUSPECT);

    mesh.advance(ofSeconds(8));

    assertThat(reply).isCompletedWithValue("tea");
  }

  @Test
  void aDrainedServerEndsItsWorkAndTakesNoMore() {
    TestServer b = mesh.server("b", Shop.echo());
    mesh.advance(ofSeconds(1));
    a.takes(ofMillis(300));
    b.takes(ofMillis(300));
    CompletableFuture<String> running =
        c.callAsync(Shop.BUY, "tea", CallOptions.DEFAULT.withServer(a.endpoint()));
    mesh.advance(ofMillis(10));

    a.drain();
    mesh.advance(ofMillis(10));
    assertThat(a.isRunning()).isTrue();
    assertThat(c.peers().get(0).state()).isEqualTo(PeerState.DRAINING);
    Shop.buy(c, "rice");
    mesh.advance(ofSeconds(1));

    assertThat(running).isCompletedWithValue("tea");
    assertThat(b.requests(Shop.BUY)).containsExactly("rice");
    assertThat(a.isRunning()).isFalse();
  }

  @Test
  void aDrainThatTakesTooLongEndsTheProcessAllTheSame() {
    TestServer slow = mesh.server("slow", s -> s.drainGrace(ofMillis(100)), Shop.echo());
    slow.takes(ofSeconds(5));
    CompletableFuture<String> reply =
        c.callAsync(Shop.BUY, "tea", CallOptions.DEFAULT.withServer(slow.endpoint()));
    mesh.advance(ofMillis(50));

    slow.drain();
    mesh.advance(ofSeconds(2));

    assertThat(slow.isRunning()).isFalse();
    assertThat(failure(reply).execution()).isEqualTo(Execution.UNKNOWN);
  }

  @Test
  void aSlowMethodMissesItsDeadlineAndRunsAllTheSame() {
    a.takes(Shop.BUY, ofSeconds(2));

    RpcException failure = catchThrowableOfType(
        RpcException.class,
        () -> c.call(Shop.BUY, "tea", CallOptions.DEFAULT.withDeadline(ofMillis(500))));

    assertThat(failure.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
    assertThat(failure.execution()).isEqualTo(Execution.UNKNOWN);
    assertThat(mesh.now()).isBetween(ofMillis(500), ofMillis(503));
    assertThat(Shop.look(c, "tea")).as("another method").isEqualTo("tea");
    assertThat(mesh.now()).isLessThan(ofMillis(510));
  }

  @Test
  void theNextCallTakesItsOwnTimeAndNoOther() {
    a.takes(ofMillis(10));
    a.nextCall().of(Shop.BUY).take(ofMillis(200));
    mesh.advance(ofSeconds(1));

    Shop.look(c, "tea");
    assertThat(mesh.now()).isLessThan(ofMillis(1020));
    Shop.buy(c, "tea");
    assertThat(mesh.now()).isBetween(ofMillis(1210), ofMillis(1220));
    Shop.buy(c, "tea");
    assertThat(mesh.now()).isLessThan(ofMillis(1240));
  }

  @Test
  void aRestartedServerIsAnotherProcessThatRemembersNothing() {
    a.takes(ofMillis(100));
    CompletableFuture<String> reply = Shop.buyAsync(c, "tea");
    mesh.advance(ofMillis(50));
    String before = c.peers().get(0).incarnation();

    a.restart();
    mesh.advance(ofSeconds(2));

    assertThat(c.peers().get(0).incarnation()).isNotEqualTo(before);
    assertThat(failure(reply).execution()).isEqualTo(Execution.UNKNOWN);
    assertThat(a.executions()).singleElement().matches(run -> !run.hasEnded());
  }

  static RpcException failure(CompletableFuture<?> reply) {
    CompletionException thrown = catchThrowableOfType(CompletionException.class, reply::join);
    assertThat(thrown).isNotNull();
    return (RpcException) thrown.getCause();
  }
}
