#include "engine/base/least_squares.h"

#include "tests/support/catch.h"

using namespace foreshock;
using Catch::Approx;

TEST_CASE("least squares: coefficients of an exact law") {
    LeastSquares<3> f;
    for (int i = 0; i < 50; ++i) f.add({1, i * 1.0, (i * 7) % 11 * 1.0}, 2 + 0.5 * i + 3 * ((i * 7) % 11));
    const auto b = f.solve({true, true, true});
    CHECK(b[0] == Approx(2).margin(1e-3));
    CHECK(b[1] == Approx(0.5).epsilon(1e-3));
    CHECK(b[2] == Approx(3).epsilon(1e-3));
    CHECK(f.explained(b) == Approx(1).epsilon(1e-6));
    CHECK(f.residual(b) < 1e-2);
}

TEST_CASE("least squares: a negative coefficient is dropped and the others solved anew") {
    LeastSquares<3> f;
    for (int i = 0; i < 50; ++i) f.add({1, i * 1.0, (i * 7) % 11 * 1.0}, 2 + 0.5 * i - 0.3 * ((i * 7) % 11));
    const auto b = f.solve_not_negative({true, true, true}, {false, true, true});
    CHECK(b[2] == 0);
    CHECK(b[1] == Approx(0.5).epsilon(0.05));
}

TEST_CASE("least squares: the past fades") {
    LeastSquares<2> f;
    for (int i = 0; i < 20; ++i) f.add({1, i * 1.0}, 1.0 * i);
    f.fade(1e-9);
    for (int i = 0; i < 20; ++i) f.add({1, i * 1.0}, 5.0 * i);
    CHECK(f.solve({true, true})[1] == Approx(5).epsilon(1e-3));
}

TEST_CASE("least squares: regressors that say the same share the answer") {
    LeastSquares<3> f;
    for (int i = 1; i < 50; ++i) f.add({1, i * 1.0, 2.0 * i}, 4.0 * i);
    const auto b = f.solve({true, true, true});
    CHECK(b[1] + 2 * b[2] == Approx(4).epsilon(1e-2));
}

TEST_CASE("least squares: nothing known is no crash") {
    const LeastSquares<3> f;
    CHECK(f.solve({true, true, true})[1] == 0);
    CHECK(f.explained({1, 2, 3}) == 0);
    CHECK(f.residual({1, 2, 3}) == 0);
}

TEST_CASE("least squares: the inverse of the normal matrix says how sure the coefficients are") {
    LeastSquares<2> fit;
    for (const double x : {1.0, 2.0, 3.0, 4.0}) fit.add({1, x}, 2 * x);  // [4 10; 10 30], determinant 20
    const auto both = fit.inverse({true, true});
    CHECK(both[0][0] == Approx(1.5).epsilon(1e-4));
    CHECK(both[0][1] == Approx(-0.5).epsilon(1e-4));
    CHECK(both[1][0] == Approx(both[0][1]));
    CHECK(both[1][1] == Approx(0.2).epsilon(1e-4));
    const auto one = fit.inverse({false, true});
    CHECK(one[1][1] == Approx(1 / 30.0).epsilon(1e-4));
    CHECK(one[0][0] == 0);
    CHECK(one[1][0] == 0);
}
