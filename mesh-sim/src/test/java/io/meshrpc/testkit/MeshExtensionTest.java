package io.meshrpc.testkit;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The extension opens, closes and tells. */
class MeshExtensionTest {
  @RegisterExtension
  static final MeshExtension SHARED = MeshExtension.seed(5);

  @RepeatedTest(2)
  void aSharedMeshIsNewForEachTest() {
    assertThat(SHARED.seed()).isEqualTo(5);
    assertThat(SHARED.now()).isZero();
    SHARED.server("a", Shop.echo());
    SHARED.advance(ofSeconds(1));
  }

  @Test
  void aMeshThatIsOpenWhenTheTestBeginsKeepsItsNodes() {
    MeshExtension mesh = MeshExtension.create();
    TestServer a = mesh.server("a", Shop.echo());

    mesh.beforeEach(context(null));

    mesh.advance(ofSeconds(1));
    assertThat(a.isRunning()).isTrue();
    mesh.afterEach(context(null));
    assertThat(mesh.isClosed()).isTrue();
  }

  @Test
  void aFailurePrintsTheSeedAndTheTrace() {
    MeshExtension mesh = MeshExtension.seed(77);
    mesh.server("bank", Shop.echo());
    Shop.buy(mesh.client("payer"), "tea");

    String printed = printedBy(() -> mesh.afterEach(context(new AssertionError("no"))));

    assertThat(printed)
        .startsWith("myTest() failed on a mesh of seed 77 at PT0.00")
        .contains("-Dmesh.seed=77")
        .contains("test.Shop/Buy as call 1, attempt 1");
  }

  @Test
  void aSuccessPrintsNothing() {
    MeshExtension mesh = MeshExtension.create();

    assertThat(printedBy(() -> mesh.afterEach(context(null)))).isEmpty();
  }

  private static String printedBy(Runnable action) {
    PrintStream before = System.err;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      action.run();
    } finally {
      System.setErr(before);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static ExtensionContext context(@Nullable Throwable failure) {
    return (ExtensionContext) Proxy.newProxyInstance(
        MeshExtensionTest.class.getClassLoader(),
        new Class<?>[] {ExtensionContext.class},
        (proxy, method, args) -> switch (method.getName()) {
          case "getExecutionException" -> Optional.ofNullable(failure);
          case "getDisplayName" -> "myTest()";
          default -> throw new UnsupportedOperationException(method.getName());
        });
  }
}
