package io.meshrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshrpc.core.ServerLimits;
import io.meshrpc.zmq.ConnectionLimits;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The limits of a server as its builder takes them. */
class ServerSettingsTest {
  @Test
  void theDefaultsHoldUnlessSet() {
    assertThat(MeshServer.builder().bounds.limits()).isEqualTo(ServerLimits.DEFAULTS);
  }

  @Test
  void everyLimitCanBeSet() {
    MeshServerBuilder builder = MeshServer.builder()
        .workers(1)
        .queueCountMax(2)
        .queueBytesMax(3)
        .queueCountPerMethodMax(4)
        .clientsMax(5)
        .requestBytesMax(6)
        .replyBytesMax(7)
        .metadataBytesMax(8)
        .rememberedCountMax(9)
        .rememberedBytesMax(10)
        .rememberedAge(Duration.ofSeconds(11))
        .sessionIdle(Duration.ofSeconds(120))
        .codelTarget(Duration.ofNanos(13))
        .codelInterval(Duration.ofMillis(14))
        .adaptiveConcurrency(15, 16);

    assertThat(builder.bounds.limits())
        .isEqualTo(new ServerLimits(
            1,
            2,
            3,
            4,
            5,
            6,
            7,
            8,
            9,
            10,
            11_000_000_000L,
            120_000_000_000L,
            13,
            14_000_000,
            15,
            16));
  }

  @Test
  void thereAreThreadsForAllHandlersThatMayRun() {
    assertThat(MeshServer.builder().workers(7).bounds.handlersMax()).isEqualTo(7);
    assertThat(MeshServer.builder().workers(7).adaptiveConcurrency(2, 9).bounds.handlersMax())
        .isEqualTo(9);
  }

  @Test
  void aSpanBeyondAllTimeIsForever() {
    MeshServerBuilder builder = MeshServer.builder()
        .rememberedAge(Duration.ofSeconds(Long.MAX_VALUE))
        .sessionIdle(Duration.ofDays(1_000_000));

    assertThat(builder.bounds.limits().rememberedAgeNs())
        .isGreaterThan(Duration.ofDays(10_000).toNanos());
    assertThat(builder.bounds.limits().sessionIdleNs())
        .isGreaterThan(Duration.ofDays(10_000).toNanos());
  }

  @Test
  void takesTheSmallestOfEachAndRefusesLess() {
    MeshServer.builder()
        .metadataBytesMax(0)
        .rememberedCountMax(0)
        .rememberedBytesMax(0)
        .rememberedAge(Duration.ZERO)
        .sessionIdle(Duration.ofSeconds(31))
        .codelTarget(Duration.ZERO)
        .codelInterval(Duration.ofMillis(1))
        .adaptiveConcurrency(1, 1);

    refuses(b -> b.metadataBytesMax(-1), "metadataBytesMax: -1 (expected: >= 0)");
    refuses(b -> b.rememberedCountMax(-1), "rememberedCountMax: -1 (expected: >= 0)");
    refuses(b -> b.rememberedBytesMax(-1), "rememberedBytesMax: -1 (expected: >= 0)");
    refuses(b -> b.queueBytesMax(-1), "queueBytesMax: -1 (expected: >= 0)");
    refuses(
        b -> b.rememberedAge(Duration.ofNanos(-1)),
        "rememberedAge: PT-0.000000001S (expected: >= PT0S)");
    refuses(b -> b.sessionIdle(Duration.ofSeconds(30)), "sessionIdle: PT30S (expected: >= PT31S)");
    refuses(
        b -> b.codelTarget(Duration.ofNanos(-1)),
        "codelTarget: PT-0.000000001S (expected: >= PT0S)");
    refuses(b -> b.codelInterval(Duration.ZERO), "codelInterval: PT0S (expected: >= PT0.001S)");
    refuses(b -> b.adaptiveConcurrency(0, 9), "concurrencyMin: 0 (expected: >= 1)");
    refuses(b -> b.adaptiveConcurrency(9, 8), "concurrencyMax: 8 (expected: >= 9)");
  }

  @Test
  @SuppressWarnings("NullAway") // as callers without it may
  void aShortMethodThatIsMissingIsSaidWhereItIsMissing() {
    MeshServerBuilder builder = MeshServer.builder();
    assertThatThrownBy(() -> builder.shortHandlers(Contract.READ, null))
        .isInstanceOf(NullPointerException.class);
    assertThat(builder.shortMethods).isEmpty();
  }

  @Test
  void theGuideNamesEachLimit() throws IOException {
    String guide = Files.readString(Path.of("../docs/guide/servers.md"));

    for (var limit : ServerLimits.class.getRecordComponents()) {
      assertThat(guide).contains("`" + limit.getName().replaceAll("Ns$", "") + "`");
    }
  }

  @Test
  void thePageOfLimitsNamesEachThatCanBeSet() throws IOException {
    String page = Files.readString(Path.of("../docs/guide/limits.md"));

    for (var setting : MeshServerBuilder.class.getDeclaredMethods()) {
      if (Modifier.isPublic(setting.getModifiers()) && setting.getName().endsWith("Max")) {
        assertThat(page).contains("`" + setting.getName() + "`");
      }
    }
    assertThat(page).contains("`firstWordWithin`", "`sessionIdle`", "`rememberedAge`", "`workers`");
  }

  @Test
  void everyLimitOfConnectionsCanBeSet() {
    MeshServerBuilder builder = MeshServer.builder()
        .connectionsMax(1)
        .connectionsPerAddressMax(2)
        .firstWordWithin(Duration.ofSeconds(3))
        .sessionIdle(Duration.ofSeconds(40))
        .unreadBytesMax(5);

    assertThat(builder.bounds.connectionLimits())
        .isEqualTo(new ConnectionLimits(1, 2, 3_000_000_000L, 70_000_000_000L, 5));
    assertThat(MeshServer.builder().bounds.connectionLimits()).isEqualTo(ConnectionLimits.DEFAULTS);
    assertThat(MeshServer.builder()
            .sessionIdle(Duration.ofDays(1_000_000))
            .bounds
            .connectionLimits()
            .silenceNs())
        .isPositive();
    refuses(b -> b.connectionsMax(0), "connectionsMax: 0 (expected: >= 1)");
    refuses(b -> b.connectionsPerAddressMax(0), "connectionsPerAddressMax: 0 (expected: >= 1)");
    refuses(
        b -> b.firstWordWithin(Duration.ofMillis(999)),
        "firstWordWithin: PT0.999S (expected: >= PT1S)");
    refuses(b -> b.unreadBytesMax(0), "unreadBytesMax: 0 (expected: >= 1)");
  }

  private static void refuses(Consumer<MeshServerBuilder> setting, String text) {
    assertThatThrownBy(() -> setting.accept(MeshServer.builder()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(text);
  }
}
