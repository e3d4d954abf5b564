// Linear least squares with few regressors and a fading past: normal equations, O(N^2) a sample. One worker only.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

namespace foreshock {

template <size_t N>
class LeastSquares {
public:
    using Row = std::array<double, N>;

    // All that is known counts `keep` times as much (0..1) from now on.
    void fade(double keep) {
        for (double& v : xx_) v *= keep;
        for (double& v : xy_) v *= keep;
        yy_ *= keep;
        weight_ *= keep;
        sum_y_ *= keep;
    }
    void add(const Row& x, double y, double weight = 1) {
        for (size_t i = 0; i < N; ++i) {
            for (size_t j = i; j < N; ++j) xx_[place(i, j)] += weight * x[i] * x[j];
            xy_[i] += weight * x[i] * y;
        }
        yy_ += weight * y * y;
        sum_y_ += weight * y;
        weight_ += weight;
    }
    double weight() const { return weight_; }

    // Coefficients with those left out (0) that `use` does not name. Ridge of 1e-6 of each diagonal, so that regressors that
    // say the same share the answer instead of blowing it up.
    Row solve(const std::array<bool, N>& use) const;
    // As above, dropping the most negative coefficient among those of `not_negative` until none is.
    Row solve_not_negative(std::array<bool, N> use, const std::array<bool, N>& not_negative) const;
    // Inverse of the normal matrix over the regressors that `use` names, zero elsewhere: times the squared residual it is the
    // covariance of the coefficients, were the samples independent.
    std::array<Row, N> inverse(const std::array<bool, N>& use) const;
    // Share of the variance of y that `b` explains (can be negative).
    double explained(const Row& b) const;
    // Standard deviation of y about the fit.
    double residual(const Row& b) const;

    template <class A>
    void archive(A& a) {
        for (double& v : xx_) a(v);
        for (double& v : xy_) a(v);
        a(yy_, sum_y_, weight_);
    }

private:
    Row solve(const std::array<bool, N>& use, Row b) const;
    double squared_error(const Row& b) const;

    static constexpr size_t place(size_t i, size_t j) { return i <= j ? i * N + j - i * (i + 1) / 2 : place(j, i); }

    std::array<double, N * (N + 1) / 2> xx_{};  // upper triangle, row by row
    Row xy_{};
    double yy_ = 0, sum_y_ = 0, weight_ = 0;
};

template <size_t N>
typename LeastSquares<N>::Row LeastSquares<N>::solve(const std::array<bool, N>& use) const {
    return solve(use, xy_);
}

template <size_t N>
std::array<typename LeastSquares<N>::Row, N> LeastSquares<N>::inverse(const std::array<bool, N>& use) const {
    std::array<Row, N> out{};
    for (size_t i = 0; i < N; ++i) {
        if (!use[i]) continue;
        Row unit{};
        unit[i] = 1;
        out[i] = solve(use, unit);
    }
    return out;
}

template <size_t N>
typename LeastSquares<N>::Row LeastSquares<N>::solve(const std::array<bool, N>& use, Row b) const {
    std::array<Row, N> a;
    for (size_t i = 0; i < N; ++i) for (size_t j = 0; j < N; ++j) a[i][j] = xx_[place(i, j)];
    for (size_t i = 0; i < N; ++i) {
        if (use[i] && a[i][i] > 0) { a[i][i] *= 1 + 1e-6; continue; }
        for (size_t j = 0; j < N; ++j) a[i][j] = a[j][i] = 0;
        a[i][i] = 1;
        b[i] = 0;
    }
    // Cholesky without roots: the matrix is symmetric and, by the ridge, positive definite.
    for (size_t k = 0; k < N; ++k) {
        if (!(a[k][k] > 0)) { b[k] = 0; continue; }
        for (size_t i = k + 1; i < N; ++i) {
            const double f = a[i][k] / a[k][k];
            for (size_t j = k; j < N; ++j) a[i][j] -= f * a[k][j];
            b[i] -= f * b[k];
        }
    }
    Row x{};
    for (size_t k = N; k-- > 0;) {
        double rest = b[k];
        for (size_t j = k + 1; j < N; ++j) rest -= a[k][j] * x[j];
        x[k] = a[k][k] > 0 ? rest / a[k][k] : 0;
    }
    return x;
}

template <size_t N>
typename LeastSquares<N>::Row LeastSquares<N>::solve_not_negative(std::array<bool, N> use,
                                                                  const std::array<bool, N>& not_negative) const {
    for (;;) {
        const Row x = solve(use);
        size_t worst = N;
        for (size_t i = 0; i < N; ++i) {
            if (use[i] && not_negative[i] && x[i] < 0 && (worst == N || x[i] * std::sqrt(xx_[place(i, i)]) < x[worst] * std::sqrt(xx_[place(worst, worst)]))) worst = i;
        }
        if (worst == N) return x;
        use[worst] = false;
    }
}

template <size_t N>
double LeastSquares<N>::squared_error(const Row& b) const {
    double e = yy_;
    for (size_t i = 0; i < N; ++i) {
        e -= 2 * b[i] * xy_[i];
        for (size_t j = 0; j < N; ++j) e += b[i] * b[j] * xx_[place(i, j)];
    }
    return e > 0 ? e : 0;
}

template <size_t N>
double LeastSquares<N>::explained(const Row& b) const {
    const double total = weight_ > 0 ? yy_ - sum_y_ * sum_y_ / weight_ : 0;
    return total > 0 ? 1 - squared_error(b) / total : 0;
}

template <size_t N>
double LeastSquares<N>::residual(const Row& b) const {
    return weight_ > 0 ? std::sqrt(squared_error(b) / weight_) : 0;
}

}  // namespace foreshock
