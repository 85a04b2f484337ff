package io.meshrpc.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.security.CurveAllowList;
import io.meshrpc.security.CurveKeys;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What somebody at a terminal gets from it. */
class MeshKeysTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @TempDir
  private Path directory;

  private int run(String... arguments) {
    out.reset();
    err.reset();
    return MeshKeys.run(
        List.of(arguments),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  @Test
  void newKeysComeInTwoFilesAndTheLineThatIsPrintedLetsThemIn() throws IOException {
    assertThat(run("new", "orders", directory.toString())).isZero();

    CurveKeys keys = CurveKeys.load(directory.resolve("orders.key"));
    String line =
        text(out).lines().filter(l -> l.startsWith("allow-list:")).findFirst().get();
    Path list = directory.resolve("clients.allow");
    Files.writeString(list, line.substring("allow-list:".length()).strip() + "\n");
    assertThat(CurveAllowList.file(list).nameOf(keys.publicKey())).contains("orders");
    assertThat(text(out)).doesNotContain(keys.secretKey());
    assertThat(PosixFilePermissions.toString(
            Files.getPosixFilePermissions(directory.resolve("orders.key"))))
        .isEqualTo("rw-------");
  }

  @Test
  void theLineCanBeHadAgainUnderAnyName() throws IOException {
    run("new", "orders", directory.toString());
    String key = Files.readString(directory.resolve("orders.pub")).strip();

    assertThat(run("show", directory.resolve("orders.key").toString())).isZero();
    assertThat(text(out)).endsWith("allow-list:  " + key + " orders\n");
    assertThat(run("show", directory.resolve("orders.key").toString(), "orders of shop 2"))
        .isZero();
    assertThat(text(out)).endsWith(key + " orders of shop 2\n");
  }

  @Test
  void keysAreNotOverwritten() throws IOException {
    run("new", "orders", directory.toString());
    String before = Files.readString(directory.resolve("orders.key"));

    assertThat(run("new", "orders", directory.toString())).isEqualTo(1);

    assertThat(text(err)).contains("orders.").contains("there already");
    assertThat(directory.resolve("orders.key")).hasContent(before);
  }

  @Test
  void mistakesAreNamed() {
    assertThat(run()).isEqualTo(2);
    assertThat(text(err)).startsWith("usage: mesh-keys");
    assertThat(run("make", "orders")).isEqualTo(2);
    assertThat(run("new", "../orders", directory.toString())).isEqualTo(1);
    assertThat(text(err)).startsWith("name: ../orders (expected: ");
    assertThat(run("new", "orders", directory.resolve("none").toString())).isEqualTo(1);
    assertThat(text(err)).contains("(expected: one that is there)");
    assertThat(run("show", directory.resolve("orders.pub").toString())).isEqualTo(1);
    assertThat(text(err)).contains("orders.pub (expected: that of the secret key, NAME.key)");
    assertThat(run("show", directory.resolve("none.key").toString())).isEqualTo(1);
    assertThat(text(err)).contains("none.key");
  }

  private static String text(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
