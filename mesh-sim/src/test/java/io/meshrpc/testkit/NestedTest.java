package io.meshrpc.testkit;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshrpc.api.CallContext;
import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Handlers that call on. */
class NestedTest {
  @RegisterExtension
  final MeshExtension mesh = MeshExtension.create();

  private final List<String> log = new ArrayList<>();

  @Test
  void aHandlerMayWaitForItsOwnCall() {
    TestServer back = mesh.server("back", Shop.of(request -> request + "!")).takes(ofMillis(50));
    TestClient toBack = mesh.client("front", settings -> settings.connect(back));
    TestServer front = mesh.server("front", Shop.of(request -> Shop.look(toBack, request)));
    TestClient c = mesh.client("c", settings -> settings.connect(front));
    mesh.advance(ofSeconds(1));

    assertThat(Shop.look(c, "tea")).isEqualTo("tea!");

    assertThat(mesh.now()).isBetween(ofMillis(1050), ofMillis(1055));
    assertThat(front.executions().get(0).ended())
        .isGreaterThan(back.executions().get(0).ended());
  }

  @Test
  void aCallThatHangsOnAHandlersCallHasNoMoreTimeThanTheHandlersCaller() {
    List<Duration> left = new ArrayList<>();
    TestServer back = mesh.server("back", Shop.of(request -> {
      left.add(CallContext.current().orElseThrow().timeLeft());
      return request;
    }));
    back.takes(ofSeconds(1));
    TestClient toBack = mesh.client("toBack", settings -> settings.connect(back));
    TestServer front = mesh.server(
        "front",
        Shop.async(request ->
            Shop.lookAsync(toBack, request).thenCompose(reply -> Shop.lookAsync(toBack, reply))));
    TestClient c = mesh.client("c", settings -> settings.connect(front));
    mesh.advance(ofSeconds(1));

    assertThat(Shop.look(c, "tea")).isEqualTo("tea");

    assertThat(left).hasSize(2);
    assertThat(left.get(1)).isLessThanOrEqualTo(ofSeconds(9)); // of ten, for the first took one
  }

  @Test
  void aHandlerOfAProcessThatBeganLaterHasAsMuchTime() {
    TestServer back = mesh.server("back", Shop.echo());
    TestClient toBack = mesh.client("toBack", settings -> settings.connect(back));
    mesh.advance(ofSeconds(60));
    TestServer front = mesh.server("front", Shop.of(request -> {
      CallContext context = CallContext.current().orElseThrow();
      log.add(context.timeLeft().toMillis() + " ms left, cancelled: " + context.isCancelled());
      return Shop.look(toBack, request);
    }));
    TestClient c = mesh.client("c", settings -> settings.connect(front));
    mesh.advance(ofSeconds(1));

    assertThat(Shop.look(c, "tea")).isEqualTo("tea");
    front.restart();
    mesh.advance(ofSeconds(60));
    assertThat(Shop.look(c, "rice")).isEqualTo("rice");

    assertThat(log)
        .containsExactly("10000 ms left, cancelled: false", "10000 ms left, cancelled: false");
  }

  @Test
  void whatThePlanOfATestThrowsDoesNotGetIntoAHandlerThatWaits() {
    TestServer back = mesh.server("back", Shop.echo()).takes(ofMillis(100));
    TestClient toBack = mesh.client("toBack", settings -> settings.connect(back));
    TestServer front = mesh.server("front", Shop.of(request -> Shop.look(toBack, request)));
    TestClient c = mesh.client("c", settings -> settings.connect(front));
    mesh.advance(ofSeconds(1));

    CompletableFuture<String> reply = Shop.lookAsync(c, "tea");
    mesh.after(ofMillis(50), () -> {
      throw new AssertionError("of the test");
    });

    assertThatThrownBy(() -> mesh.advance(ofSeconds(1)))
        .isInstanceOf(AssertionError.class)
        .hasMessage("of the test");
    assertThat(reply).isCompletedWithValue("tea");
  }

  @Test
  void aNestedCallInheritsTheDeadlineAndIsCancelledWithItsCaller() {
    TestServer back = mesh.server("back", Shop.async(request -> {
      CallContext context = CallContext.current().orElseThrow();
      log.add(context.timeLeft().toMillis() + " ms left");
      context.onCancel(() -> log.add("cancelled at " + mesh.now().toMillis()));
      return new CompletableFuture<>();
    }));
    TestClient toBack = mesh.client("front", settings -> settings.connect(back));
    TestServer front = mesh.server("front", Shop.async(request -> Shop.lookAsync(toBack, request)));
    TestClient c = mesh.client("c", settings -> settings.connect(front));
    mesh.advance(ofSeconds(1));

    CompletableFuture<String> reply =
        c.callAsync(Shop.LOOK, "tea", CallOptions.DEFAULT.withDeadline(ofMillis(400)));
    mesh.advance(ofMillis(200));
    reply.cancel(false);
    mesh.advance(ofMillis(100));

    assertThat(log).containsExactly("400 ms left", "cancelled at 1200");
  }

  @Test
  void aHandlerThatWaitsWhileItsDeadlinePassesGoesOnThen() {
    TestServer back = mesh.server("back", Shop.echo()).takes(ofSeconds(5));
    TestClient toBack = mesh.client("front", settings -> settings.connect(back));
    TestServer front = mesh.server("front", Shop.of(request -> {
      try {
        return Shop.buy(toBack, request);
      } finally {
        log.add("goes on at " + mesh.now().toMillis());
      }
    }));
    TestClient c =
        mesh.client("c", settings -> settings.connect(front).defaultDeadline(ofMillis(300)));

    CompletableFuture<String> reply = Shop.buyAsync(c, "tea");
    mesh.advance(ofSeconds(1));

    assertThat(FaultsTest.failure(reply).code()).isEqualTo(Code.DEADLINE_EXCEEDED);
    assertThat(log).hasSize(1).first().asString().matches("goes on at 30[0-3]");
  }

  @Test
  void callbacksThatRunWhileAHandlerWaitsDoNotHaveItsContext() {
    TestServer back = mesh.server("back", Shop.echo()).takes(ofMillis(50));
    TestClient toBack = mesh.client("front", settings -> settings.connect(back));
    TestServer front = mesh.server("front", Shop.of(request -> {
      String reply = Shop.look(toBack, request);
      log.add("in the handler: " + CallContext.current().isPresent());
      return reply;
    }));
    TestClient c = mesh.client("c", settings -> settings.connect(front));
    mesh.advance(ofSeconds(1));
    mesh.after(ofMillis(20), () -> log.add("meanwhile: " + CallContext.current().isPresent()));

    Shop.look(c, "tea");

    assertThat(log).containsExactly("meanwhile: false", "in the handler: true");
  }

  @Test
  void handlersThatWaitAtTheSameTimeAreToldOfWhenOneIsHeldUp() {
    TestServer back = mesh.server("back", Shop.echo());
    back.nextCall().take(ofMillis(50));
    back.nextCall().take(ofMillis(500));
    TestClient toBack = mesh.client("front", settings -> settings.connect(back));
    TestServer front = mesh.server("front", Shop.of(request -> Shop.buy(toBack, request)));
    TestClient c = mesh.client("c", settings -> settings.connect(front));
    mesh.advance(ofSeconds(1));

    CompletableFuture<String> first = Shop.buyAsync(c, "tea");
    mesh.advance(Duration.ZERO);
    CompletableFuture<String> second = Shop.buyAsync(c, "rice");

    assertThatThrownBy(() -> mesh.advance(ofSeconds(2)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("a handler in the process of front got the answer of its call")
        .hasMessageEndingWith("(expected: callAsync in handlers that wait at the same time)");
    assertThat(List.of(first, second)).allMatch(CompletableFuture::isDone);
  }

  @Test
  void handlersThatWaitAtTheSameTimeMayDoSoAsynchronously() {
    TestServer back = mesh.server("back", Shop.echo());
    back.nextCall().take(ofMillis(50));
    back.nextCall().take(ofMillis(500));
    TestClient toBack = mesh.client("front", settings -> settings.connect(back));
    TestServer front = mesh.server("front", Shop.async(request -> Shop.buyAsync(toBack, request)));
    TestClient c = mesh.client("c", settings -> settings.connect(front));
    mesh.advance(ofSeconds(1));

    CompletableFuture<String> first = Shop.buyAsync(c, "tea");
    CompletableFuture<String> second = Shop.buyAsync(c, "rice");
    mesh.advance(ofMillis(100));

    assertThat(List.of(first, second)).filteredOn(CompletableFuture::isDone).hasSize(1);
    mesh.advance(ofSeconds(1));
    assertThat(List.of(first, second)).allMatch(CompletableFuture::isDone);
  }

  @Test
  void aHandlerThatWaitsDoesNotGoOnOnceItsProcessIsKilled() {
    TestServer back = mesh.server("back", Shop.echo()).takes(ofMillis(100));
    TestClient toBack = mesh.client("front", settings -> settings.connect(back));
    TestServer front = mesh.server("front", Shop.of(request -> {
      String reply = Shop.buy(toBack, request);
      log.add("after death");
      return reply;
    }));
    TestClient c = mesh.client("c", settings -> settings.connect(front));
    mesh.advance(ofSeconds(1));

    CompletableFuture<String> reply = Shop.buyAsync(c, "tea");
    mesh.after(ofMillis(50), front::crash);
    mesh.advance(ofSeconds(1));

    assertThat(log).isEmpty();
    assertThat(FaultsTest.failure(reply).execution()).isEqualTo(Execution.UNKNOWN);
    assertThat(toBack.isRunning()).as("the client in the same process").isFalse();
  }

  @Test
  void whatAHandlerHasPlannedDiesWithItsProcess() {
    TestServer a = mesh.server("a", Shop.async(request -> {
      mesh.after(ofMillis(100), () -> log.add("planned"));
      return mesh.sleep(ofMillis(100)).thenApply(any -> {
        log.add("slept");
        return request;
      });
    }));
    TestClient c = mesh.client("c");
    mesh.advance(ofSeconds(1));
    CompletableFuture<String> reply = Shop.buyAsync(c, "tea");
    mesh.advance(ofMillis(50));

    a.restart();
    mesh.advance(ofSeconds(1));

    assertThat(log).isEmpty();
    assertThat(reply).isCompletedExceptionally();
  }

  @Test
  void whatAHandlerHasPlannedWaitsWhileItsProcessIsPaused() {
    TestServer a = mesh.server(
        "a",
        Shop.async(request -> mesh.sleep(ofMillis(100)).thenApply(any -> {
          log.add("slept until " + mesh.now().toMillis());
          return request;
        })));
    TestClient c = mesh.client("c");
    mesh.advance(ofSeconds(1));
    CompletableFuture<String> reply = Shop.buyAsync(c, "tea");
    mesh.advance(ofMillis(50));

    a.pause(ofMillis(300));
    mesh.await(reply);

    assertThat(log).containsExactly("slept until 1350");
  }

  @Test
  void aClientAndAServerOfOneNameAreOneProcess() {
    mesh.server("back", Shop.echo());
    TestClient client = mesh.client("both");
    TestServer server = mesh.server("both", Shop.echo());

    client.crash();
    assertThat(server.isRunning()).isFalse();
    server.start();
    assertThat(client.isRunning()).isTrue();
    server.vanish();
    assertThat(client.isRunning()).isFalse();
    client.start();
    assertThat(server.isRunning()).isTrue();
    server.drain();
    mesh.advance(ofSeconds(1));
    assertThat(client.isRunning()).isFalse();
  }
}
