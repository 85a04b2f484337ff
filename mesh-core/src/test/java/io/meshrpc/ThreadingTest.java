package io.meshrpc;

import static io.meshrpc.Contract.READ;
import static io.meshrpc.Contract.client;
import static io.meshrpc.Contract.server;
import static io.meshrpc.api.CallOptions.DEFAULT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ThreadingTest {
  @ParameterizedTest
  @CsvSource({"0,0", "50,0", "1000,0", "0,1", "50,1", "0,3", "1000,2"})
  void callsWorkHoweverTheLoopsWait(long spinUs, int ioThreads) {
    Duration spin = Duration.ofNanos(spinUs * 1000);
    try (MeshServer server =
            server(request -> request).spin(spin).ioThreads(ioThreads).build().start();
        MeshClient client = client(server).spin(spin).ioThreads(ioThreads).build()) {
      assertThat(client.call(READ, "one", DEFAULT)).isEqualTo("one");
      List<CompletableFuture<String>> many = new ArrayList<>();
      for (int i = 0; i < 1000; i++) { // more than a turn takes up
        many.add(client.callAsync(READ, "number " + i, DEFAULT));
      }
      for (int i = 0; i < 1000; i++) {
        assertThat(many.get(i).join()).isEqualTo("number " + i);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT-0.001S", "PT1.000001S"})
  void aLoopSpinsForASecondAtTheMost(Duration span) {
    assertThatThrownBy(() -> MeshServer.builder().spin(span))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("spin: " + span + " (expected: 0 to 1 s)");
    assertThatThrownBy(() -> MeshClient.builder().spin(span))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("spin: " + span);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 65})
  void thereAre64ThreadsForConnectionsAtTheMost(int threads) {
    assertThatThrownBy(() -> MeshServer.builder().ioThreads(threads))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ioThreads: " + threads + " (expected: 0 to 64)");
    assertThatThrownBy(() -> MeshClient.builder().ioThreads(threads))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ioThreads: " + threads);
  }

  @Test
  void loopsReadAndWriteThemselvesUnlessSetOtherwise() {
    assertThat(MeshServer.builder().threading().ioThreads()).isZero();
    assertThat(MeshClient.builder().threading().ioThreads()).isZero();
    assertThat(MeshClient.builder().ioThreads(5).threading().ioThreads()).isEqualTo(5);
  }
}
