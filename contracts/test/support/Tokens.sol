// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

/// @dev A token as they should be. The others here differ from it in one thing each.
contract Token {
    uint8 public immutable decimals;
    uint256 public totalSupply;
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;

    constructor(uint8 decimals_) {
        decimals = decimals_;
    }

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
        totalSupply += amount;
    }

    function approve(address spender, uint256 amount) external virtual returns (bool) {
        allowance[msg.sender][spender] = amount;
        return true;
    }

    function transfer(address to, uint256 amount) external virtual returns (bool) {
        _move(msg.sender, to, amount);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external virtual returns (bool) {
        _spend(from, amount);
        _move(from, to, amount);
        return true;
    }

    function _spend(address from, uint256 amount) internal {
        allowance[from][msg.sender] -= amount;
    }

    function _move(address from, address to, uint256 amount) internal virtual {
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }
}

/// @dev Returns nothing, as USDT does.
contract SilentToken {
    uint8 public constant decimals = 6;
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function approve(address spender, uint256 amount) external {
        allowance[msg.sender][spender] = amount;
    }

    function transfer(address to, uint256 amount) external {
        balanceOf[msg.sender] -= amount;
        balanceOf[to] += amount;
    }

    function transferFrom(address from, address to, uint256 amount) external {
        allowance[from][msg.sender] -= amount;
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }
}

/// @dev Keeps a hundredth of every transfer, from when it is told to.
contract FeeToken is Token(6) {
    bool public charging = true;

    function setCharging(bool charges) external {
        charging = charges;
    }

    function _move(address from, address to, uint256 amount) internal override {
        super._move(from, to, amount);
        if (charging) balanceOf[to] -= amount / 100;
    }
}

/// @dev Says false instead of reverting.
contract RefusingToken is Token(6) {
    function transferFrom(address, address, uint256) external pure override returns (bool) {
        return false;
    }
}

/// @dev Calls a listener before it moves anything, as tokens with hooks do.
contract HookToken is Token {
    address private _listener;
    bytes private _call;
    bool public hookFailed;
    bytes public hookError;

    constructor(uint8 decimals_) Token(decimals_) {}

    function listen(address listener, bytes calldata data) external {
        (_listener, _call) = (listener, data);
    }

    function _move(address from, address to, uint256 amount) internal override {
        if (_listener != address(0)) {
            (bool succeeded, bytes memory data) = _listener.call(_call);
            (hookFailed, hookError) = (!succeeded, data);
        }
        super._move(from, to, amount);
    }
}
