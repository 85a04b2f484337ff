package io.meshrpc.testkit;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.Idempotency;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.RpcException;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The clock, the order of things, and what the kit refuses. */
class TestMeshTest {
  private final TestMesh mesh = TestMesh.create();

  @AfterEach
  void close() {
    mesh.close();
  }

  @Test
  void timePassesOnlyWhenItIsToldTo() {
    assertThat(mesh.now()).isZero();
    mesh.server("a", Shop.echo());
    CompletableFuture<String> reply = Shop.buyAsync(mesh.client("c"), "tea");
    assertThat(mesh.now()).isZero();
    assertThat(reply).isNotDone();

    mesh.advance(ofSeconds(1));

    assertThat(mesh.now()).isEqualTo(ofSeconds(1));
    assertThat(reply).isCompletedWithValue("tea");
  }

  @Test
  void aClockShowsTheTimeOfTheMesh() {
    Clock clock = mesh.clock();
    assertThat(clock.instant()).isEqualTo("2000-01-01T00:00:00Z");

    mesh.advance(ofMillis(90_500));

    assertThat(clock.instant()).isEqualTo("2000-01-01T00:01:30.500Z");
    assertThat(clock.getZone()).isEqualTo(ZoneOffset.UTC);
  }

  @Test
  void aServerHasEachServiceOnce() {
    assertThatThrownBy(() -> mesh.server("a", Shop.echo(), Shop.echo()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("service: test.Shop (expected: each service once)");
  }

  @Test
  void aDayPassesInNoTime() {
    TestServer a = mesh.server("a", Shop.echo());
    TestClient c = mesh.client("c");
    mesh.after(Duration.ofHours(12), a::restart);

    mesh.advance(Duration.ofHours(24));

    assertThat(Shop.look(c, "tea")).isEqualTo("tea");
    assertThat(mesh.now()).isGreaterThan(Duration.ofHours(24));
  }

  @Test
  void plannedActionsHappenAtTheirMomentInTheOrderOfPlanning() {
    List<String> happened = new ArrayList<>();
    mesh.after(ofMillis(20), () -> happened.add("third at " + mesh.now().toMillis()));
    mesh.after(ofMillis(10), () -> happened.add("first at " + mesh.now().toMillis()));
    mesh.after(ofMillis(10), () -> happened.add("second at " + mesh.now().toMillis()));

    mesh.advance(ofMillis(10));
    assertThat(happened).containsExactly("first at 10", "second at 10");
    mesh.advance(ofMillis(10));
    assertThat(happened).hasSize(3).last().isEqualTo("third at 20");
  }

  @Test
  void runUntilStopsAsSoonAsItIsSo() {
    TestServer a = mesh.server("a", Shop.echo());
    CompletableFuture<String> reply = Shop.buyAsync(mesh.client("c"), "tea");

    mesh.runUntil(() -> !a.executions().isEmpty(), ofSeconds(1));

    assertThat(mesh.now()).isLessThan(ofMillis(5));
    assertThat(reply).isNotDone();
  }

  @Test
  void runUntilFailsIfItIsNotSoInTime() {
    assertThatThrownBy(() -> mesh.runUntil(() -> false, ofSeconds(2)))
        .isInstanceOf(AssertionError.class)
        .hasMessage("it is not so within PT2S, at PT2S");
    assertThat(mesh.now()).isEqualTo(ofSeconds(2));
  }

  @Test
  void awaitThrowsWhatTheFutureFailedWith() {
    TestClient c = mesh.client("c");
    mesh.server("a", Shop.of(request -> {
      throw new RpcException(Code.NOT_FOUND, "no " + request);
    }));

    assertThatThrownBy(() -> mesh.await(Shop.buyAsync(c, "tea")))
        .isInstanceOfSatisfying(RpcException.class, failure -> {
          assertThat(failure.code()).isEqualTo(Code.NOT_FOUND);
          assertThat(failure.status().text()).isEqualTo("no tea");
          assertThat(failure.execution()).isEqualTo(Execution.EXECUTED);
        });
    assertThatThrownBy(() -> mesh.await(new CompletableFuture<>()))
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith("a future has not ended at PT10M");
  }

  @Test
  void theSameSeedGivesTheSameRun() {
    long[] hashes = {story(7), story(7), story(8)};

    assertThat(hashes[0]).isEqualTo(hashes[1]).isNotEqualTo(hashes[2]);
  }

  private static long story(long seed) {
    try (TestMesh mesh = TestMesh.seed(seed)) {
      List<TestServer> servers = new ArrayList<>();
      for (String name : List.of("a", "b", "c")) {
        servers.add(mesh.server(
            name,
            Shop.async(request -> mesh.sleep(ofMillis(20)).thenApply(any -> {
              if (request.startsWith("55")) {
                throw new IllegalStateException("such things happen");
              }
              return request;
            }))));
      }
      TestClient client = mesh.client("client");
      servers.get(0).nextCalls(2).killAfterExecution();
      servers.get(1).nextReplies(3).drop();
      mesh.after(ofMillis(400), servers.get(0)::start);
      for (int i = 0; i < 60; i++) {
        String request = i + "-" + seed % 2;
        mesh.after(ofMillis(10L * i), () -> {
          CompletableFuture<String> look = Shop.lookAsync(client, request);
          CompletableFuture<String> buy = Shop.buyAsync(client, request);
        });
      }
      mesh.advance(ofSeconds(15));
      assertThat(servers.get(0).executions()).isNotEmpty();
      return mesh.traceHash();
    }
  }

  @Test
  void theTraceNamesNodesAndMethods() {
    mesh.server("bank", Shop.echo());
    Shop.buy(mesh.client("payer"), "tea");

    assertThat(mesh.trace())
        .anyMatch(line -> line.contains("payer bank") && line.contains("test.Shop/Buy as call 1"))
        .anyMatch(line -> line.contains("OK [EXECUTED] to call 1"));
  }

  @Test
  void faultsOfMethodsThatAServerDoesNotServeAreRefused() {
    TestServer a = mesh.server("a", Shop.echo());
    MethodDescriptor<String, String> other = new MethodDescriptor<>(
        "test.Other", "Get", Idempotency.UNSPECIFIED, Shop.BUY.request(), Shop.BUY.reply());
    String text = "method: test.Other/Get (expected: one that the server serves)";

    refuses(text, () -> a.takes(other, ofSeconds(1)));
    refuses(text, () -> a.nextCall().of(other));
    refuses(text, () -> a.nextRequest().of(other));
    refuses(text, () -> a.nextReply().of(other));
  }

  @Test
  void spansAndCountsOutOfRangeAreRefused() {
    TestServer a = mesh.server("a", Shop.echo());
    Duration negative = ofMillis(-1);

    refuses("advance: PT-0.001S (expected: >= 0)", () -> mesh.advance(negative));
    refuses("atMost: PT-0.001S (expected: >= 0)", () -> mesh.runUntil(() -> true, negative));
    refuses("after: PT-0.001S (expected: >= 0)", () -> mesh.after(negative, () -> {}));
    refuses("after: PT-0.001S (expected: >= 0)", () -> mesh.sleep(negative));
    refuses("latency: PT-0.001S (expected: >= 0)", () -> mesh.latency(negative));
    refuses("takes: PT-0.001S (expected: >= 0)", () -> a.takes(negative));
    refuses("takes: PT-0.001S (expected: >= 0)", () -> a.takes(Shop.BUY, negative));
    refuses("take: PT-0.001S (expected: >= 0)", () -> a.nextCall().take(negative));
    refuses("delay: PT-0.001S (expected: >= 0)", () -> a.nextReply().delay(negative));
    refuses("later: PT-0.001S (expected: >= 0)", () -> a.nextReply().duplicate(negative));
    refuses("pause: PT-0.001S (expected: >= 0)", () -> a.pause(negative));
    refuses("count: 0 (expected: >= 1)", () -> a.nextCalls(0));
    refuses("count: 0 (expected: >= 1)", () -> a.nextRequests(0));
    refuses("count: -1 (expected: >= 1)", () -> a.nextReplies(-1));
    refuses("workers: 0 (expected: >= 1)", () -> mesh.server("b", s -> s.workers(0), Shop.echo()));
    refuses(
        "defaultDeadline: PT0S (expected: > 0)",
        () -> mesh.client("c", s -> s.defaultDeadline(Duration.ZERO)));
  }

  @Test
  void namesThatAreEmptyOrTakenAreRefused() {
    mesh.server("a", Shop.echo());
    mesh.client("c");

    String taken = "name: \"%s\" (expected: one that is not empty and not taken)";
    refuses(taken.formatted("a"), () -> mesh.server("a", Shop.echo()));
    refuses(taken.formatted("c"), () -> mesh.client("c"));
    refuses(taken.formatted(""), () -> mesh.client(""));
    refuses("services: none (expected: at least one)", () -> mesh.server("b"));
  }

  @Test
  void nodesOfAnotherMeshAreRefused() {
    try (TestMesh other = TestMesh.create()) {
      TestServer stranger = other.server("stranger", Shop.echo());
      TestClient c = mesh.client("c");

      String text = "server stranger (expected: one of this mesh)";
      refuses(text, () -> mesh.cut(c, stranger));
      refuses(text, () -> mesh.reset(c, stranger));
      refuses(text, () -> mesh.blackHole(c, stranger));
      refuses(text, () -> c.connect(stranger));
      refuses(text, () -> mesh.client("d", s -> s.connect(stranger)));
    }
  }

  @Test
  void aCutBetweenNodesThatAreNotConnectedIsRefused() {
    TestClient c = mesh.client("c");
    TestClient d = mesh.client("d");

    refuses(
        "cut from client c to client d (expected: a client and a server)", () -> mesh.cut(c, d));
  }

  private static void refuses(String text, Runnable action) {
    assertThatThrownBy(action::run).isInstanceOf(IllegalArgumentException.class).hasMessage(text);
  }

  @Test
  void aClosedMeshIsOfNoUse() {
    TestServer a = mesh.server("a", Shop.echo());
    TestClient c = mesh.client("c");
    mesh.close();
    mesh.close();

    for (Runnable action : List.<Runnable>of(
        () -> mesh.advance(ofSeconds(1)),
        () -> mesh.client("d"),
        () -> Shop.buyAsync(c, "tea"),
        () -> Shop.buy(c, "tea"),
        a::crash)) {
      assertThatThrownBy(action::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the mesh is closed (expected: an open one)");
    }
    c.close();
  }

  @Test
  void timeCannotBeMovedInsideAHandler() {
    List<Throwable> thrown = new ArrayList<>();
    mesh.server("a", Shop.of(request -> {
      try {
        mesh.advance(ofSeconds(1));
      } catch (IllegalStateException e) {
        thrown.add(e);
      }
      return request;
    }));

    assertThat(Shop.buy(mesh.client("c"), "tea")).isEqualTo("tea");
    assertThat(thrown)
        .singleElement()
        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.THROWABLE)
        .hasMessage("advance inside a handler or a callback"
            + " (expected: in the test; sleep and after do not wait)");
  }

  @Test
  void whatAPlannedActionThrowsGoesToTheTest() {
    mesh.after(ofMillis(10), () -> {
      throw new AssertionError("not as it should be");
    });

    assertThatThrownBy(() -> mesh.advance(ofSeconds(1)))
        .isInstanceOf(AssertionError.class)
        .hasMessage("not as it should be");
    mesh.advance(ofSeconds(1));
  }

  @Test
  void anotherThreadIsRefusedAndTheTestHearsOfIt() throws InterruptedException {
    CompletableFuture<String> answer = new CompletableFuture<>();
    mesh.server("a", Shop.async(request -> answer));
    CompletableFuture<String> reply = Shop.buyAsync(mesh.client("c"), "tea");
    mesh.advance(ofMillis(10));

    Thread stranger = new Thread(() -> answer.complete("tea"), "stranger");
    stranger.start();
    stranger.join();

    assertThatThrownBy(() -> mesh.advance(ofMillis(10)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("the mesh is used in thread stranger (expected: ");
    assertThat(reply).isNotDone();
  }
}
